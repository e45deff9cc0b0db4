import { access, constants, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type AttemptRef, containerName, type Owner, type PublishedPort } from '../port'

/** What is fixed about an attempt before its process starts; the file `container.json` in its folder. */
export interface Birth {
  readonly id: string
  readonly ref: AttemptRef
  readonly owner: Owner
  readonly ports: readonly PublishedPort[]
}

/** The names in an attempt's folder. All but `container.json` are written by the supervisor. */
export const FILES = {
  birth: 'container.json',
  supervisor: 'pid',
  child: 'child',
  exit: 'exit',
  stdout: 'stdout.log',
  stderr: 'stderr.log',
  work: 'work',
} as const

export const folderOf = (dir: string, ref: AttemptRef): string => join(dir, containerName(ref))

const isMissing = (cause: unknown): boolean => (cause as NodeJS.ErrnoException).code === 'ENOENT'

const readIfThere = async (file: string): Promise<string | undefined> => {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    if (isMissing(cause)) return undefined
    throw cause
  }
}

/** Undefined too while the number is still being written: it counts from its line end on. */
export const readNumber = async (folder: string, name: string): Promise<number | undefined> => {
  const text = await readIfThere(join(folder, name))
  return text !== undefined && /^\d+\n$/.test(text) ? Number(text) : undefined
}

/** Undefined for a folder that a crash left unfinished, a power cut unreadable, or that is none of ours. */
export const readBirth = async (folder: string): Promise<Birth | undefined> => {
  const text = await readIfThere(join(folder, FILES.birth))
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as Birth
  } catch {
    return undefined // none of what it holds runs any more: it goes when the name is needed again
  }
}

/** Makes the folder with all that must be known to adopt the process; whole or not at all. */
export const writeBirth = async (folder: string, birth: Birth): Promise<void> => {
  await mkdir(join(folder, FILES.work), { recursive: true })
  await writeFile(join(folder, 'new'), JSON.stringify(birth))
  await rename(join(folder, 'new'), join(folder, FILES.birth))
}

/** Written only in place of a supervisor that was killed and could not; false if the folder has just been removed. */
export const writeExit = async (folder: string, code: number): Promise<boolean> => {
  try {
    await writeFile(join(folder, FILES.exit), `${code}\n`)
    return true
  } catch (cause) {
    if (isMissing(cause)) return false
    if ((cause as NodeJS.ErrnoException).code === 'ENOSPC') return true // the next look finds it ended again
    throw cause
  }
}

/** The folders of all attempts, finished or not. */
export const listFolders = async (dir: string): Promise<readonly string[]> => {
  try {
    const names = await readdir(dir)
    return names.filter((name) => name.startsWith('ork-')).map((name) => join(dir, name))
  } catch (cause) {
    if (isMissing(cause)) return []
    throw cause
  }
}

/** First out of sight, so that no listing sees the half of it. */
export const removeFolder = async (folder: string): Promise<void> => {
  const hidden = `${folder}.${process.pid}-${Date.now()}.gone`.replace(/ork-([^/]*)$/, '.ork-$1')
  try {
    await rename(folder, hidden)
  } catch (cause) {
    if (isMissing(cause)) return
    throw cause
  }
  await rm(hidden, { recursive: true, force: true, maxRetries: 5 })
}

/** The first executable of that name, as a shell would find it. */
export const findExecutable = async (command: string, path: string, cwd: string): Promise<string | undefined> => {
  const candidates = command.includes('/') ? [join(command.startsWith('/') ? '' : cwd, command)] : []
  const places = command.includes('/') ? candidates : path.split(':').map((folder) => join(folder || cwd, command))
  for (const place of places) {
    const usable = await access(place, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (usable) return place
  }
  return undefined
}
