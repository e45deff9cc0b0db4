import { arch, platform, release } from 'node:os'

/** How images are called for what Node calls otherwise. */
const OF_IMAGES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' }

/** What constraints may ask of this machine: `os`, `arch` as images have it, and the version of the `kernel`. */
export const platformOf = (): Readonly<Record<string, string>> => ({
  os: platform(),
  arch: OF_IMAGES[arch()] ?? arch(),
  kernel: release(),
})
