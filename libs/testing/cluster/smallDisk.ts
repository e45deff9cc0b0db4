import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Puts a disk of so many megabytes in place of the folder; the result takes it away again. */
export const onSmallDisk = (dir: string, megabytes: number): (() => void) => {
  mkdirSync(dir, { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'ork-test', dir], { stdio: 'pipe' })
  return () => void execFileSync('umount', ['-l', dir])
}

/** Why no small disk can be made here, or null where one can. */
export const noSmallDisk = (): string | null => {
  if (process.getuid?.() !== 0) return 'only root may mount a small disk'
  const dir = mkdtempSync(join(tmpdir(), 'ork-try-'))
  try {
    onSmallDisk(dir, 1)()
    return null
  } catch (cause) {
    return `a small disk cannot be mounted here: ${(cause as Error).message}`
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Writes a file for as long as there is room. */
export const fillDisk = (path: string): void => {
  const file = openSync(path, 'w')
  try {
    for (;;) writeSync(file, Buffer.alloc(4_096))
  } catch {
    closeSync(file) // full
  }
}
