import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Either, isLeft, left, right } from 'fp-ts/Either'
import { findCommand, runCommand } from '../commands'

const ROOTFS = join(__dirname, '..', '..', '..', '..', '.tools', 'busybox-rootfs')

const isStatic = (binary: string): boolean => {
  // A dynamic busybox would start nowhere in an image that holds nothing else; PT_INTERP names its loader.
  const head = execFileSync('head', ['-c', '4096', binary])
  return !head.includes('/ld-')
}

const installedBusybox = (): string | undefined => {
  const path = findCommand('busybox')
  return path !== undefined && process.platform === 'linux' && isStatic(path) ? path : undefined
}

/** Fetches Debian's busybox-static without installing it. */
const fetchBusybox = async (into: string): Promise<Either<string, string>> => {
  const hint = 'busybox-static is needed for test images (Debian: apt-get install busybox-static)'
  if (!findCommand('apt-get') || !findCommand('dpkg-deb')) return left(hint)
  let fetched = await runCommand('apt-get', ['download', 'busybox-static'], { cwd: into })
  if (isLeft(fetched) && process.getuid?.() === 0) {
    await runCommand('apt-get', ['update', '-o', 'DPkg::Lock::Timeout=180']) // a fresh machine has no package lists
    fetched = await runCommand('apt-get', ['download', 'busybox-static'], { cwd: into })
  }
  if (isLeft(fetched)) return left(`${hint}; ${fetched.left}`)
  const archive = readdirSync(into).find((name) => name.endsWith('.deb'))
  if (!archive) return left(`${hint}; apt-get download left no package in ${into}`)
  const extracted = await runCommand('dpkg-deb', ['-x', join(into, archive), join(into, 'package')])
  if (isLeft(extracted)) return extracted
  const binary = ['bin', 'usr/bin'].map((bin) => join(into, 'package', bin, 'busybox')).find(existsSync)
  return binary === undefined ? left(`${hint}; the package ${archive} holds no busybox`) : right(binary)
}

const layOut = (binary: string, root: string): void => {
  for (const folder of ['bin', 'etc', 'proc', 'sys', 'tmp', 'dev', 'root'])
    mkdirSync(join(root, folder), { recursive: true })
  chmodSync(root, 0o755) // a temporary folder is closed to others, and so would be the / of a container with a user
  copyFileSync(binary, join(root, 'bin', 'busybox'))
  const applets = execFileSync(binary, ['--list'], { encoding: 'utf8' }).trim().split('\n')
  for (const applet of applets) if (applet !== 'busybox') symlinkSync('busybox', join(root, 'bin', applet))
}

/**
 * A folder with a whole small Linux userland (a static busybox and its applets), made once and kept in `.tools/`.
 * Left: why it cannot be had and what to run by hand.
 */
export const busyboxRootfs = async (): Promise<Either<string, string>> => {
  if (existsSync(ROOTFS)) return right(ROOTFS)
  mkdirSync(join(ROOTFS, '..'), { recursive: true })
  const scratch = mkdtempSync(join(tmpdir(), 'ork-busybox-'))
  const made = mkdtempSync(`${ROOTFS}-`)
  try {
    const installed = installedBusybox()
    const binary = installed === undefined ? await fetchBusybox(scratch) : right(installed)
    if (isLeft(binary)) return binary
    layOut(binary.right, made)
    if (!existsSync(ROOTFS)) renameSync(made, ROOTFS) // somebody else may have been quicker
    return right(ROOTFS)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
    rmSync(made, { recursive: true, force: true })
  }
}
