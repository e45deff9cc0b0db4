import { createReadStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-fs'
import { download } from './download'

interface Release {
  readonly version: string
  /** Of the tar.gz, in hex. */
  readonly sha256: string
}

/**
 * The releases that ork fetches. Checksums are pinned, so a changed archive is refused even if the page it came from
 * was changed with it. linux: from the Dockerfile that the NATS project publishes for this version. darwin: as pinned
 * by other public projects that pin the same linux checksums; none was found for 2.15.0 on amd64, so 2.14.0 there.
 */
const RELEASES: Readonly<Record<string, Release>> = {
  'linux-amd64': {
    version: '2.15.0',
    sha256: '5d2c51caca950333aba84911df7d377f826f3a59ec36061c6539105084f65c92',
  },
  'linux-arm64': {
    version: '2.15.0',
    sha256: 'cdc208f5a3f42963a52b6ab06ef65626bb870315dc936e26ba571780c6351112',
  },
  'darwin-arm64': {
    version: '2.15.0',
    sha256: 'e1c4e22d70bd44abfa0bcb3c16f7cf0c66f648c2e728c58924e8a1ce88913cc8',
  },
  'darwin-amd64': {
    version: '2.14.0',
    sha256: 'c307afaa5810dea24bfe5bb0cd895ddc7c47946f359823336ef3be1a41bdddfa',
  },
}

/** `linux-amd64`: this machine as the releases name it. */
export const platformName = (platform: string = process.platform, arch: string = process.arch): string =>
  `${platform}-${arch === 'x64' ? 'amd64' : arch}`

/** The address of the release archive for a platform; undefined where none is pinned. */
export const releaseUrl = (platform: string = platformName()): string | undefined => {
  const release = RELEASES[platform]
  if (release === undefined) return undefined
  const name = `nats-server-v${release.version}-${platform}.tar.gz`
  return `https://github.com/nats-io/nats-server/releases/download/v${release.version}/${name}`
}

/** Unpacks a tar.gz into a new folder, without the one folder that all of it is in. */
export const unpackRelease = async (archive: string, folder: string): Promise<void> => {
  await mkdir(folder)
  await pipeline(createReadStream(archive), createGunzip(), extract(folder, { strip: 1 }))
}

/**
 * Fetches the official release archive, checks it against its pinned SHA-256 and unpacks it.
 *
 * @param work an empty folder to work in
 * @returns the path of the binary in `work`. Rejects with an Error that says what failed
 */
export const fetchRelease = async (work: string, report: (line: string) => void): Promise<string> => {
  const platform = platformName()
  const release = RELEASES[platform]
  const url = releaseUrl(platform)
  if (release === undefined || url === undefined) throw new Error(`no release is pinned for ${platform}`)
  report(`fetching nats-server ${release.version} from ${url}`)
  const archive = join(work, 'release.tar.gz')
  const sum = await download(url, archive)
  if (sum !== release.sha256) throw new Error(`the archive's SHA-256 is ${sum}, expected ${release.sha256}`)
  const unpacked = join(work, 'release')
  await unpackRelease(archive, unpacked)
  return join(unpacked, 'nats-server')
}
