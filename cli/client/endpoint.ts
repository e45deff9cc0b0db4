import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import * as t from 'io-ts'

/** Where a running `ork dev` can be reached; kept in `dev.json` while it runs. */
const EndpointCodec = t.type({ url: t.string, pid: t.number, dataDir: t.string }, 'Endpoint')
export type Endpoint = t.TypeOf<typeof EndpointCodec>

export const DEFAULT_URL = 'nats://127.0.0.1:4222'
const FILE = 'dev.json'

/** The user's folder for ork, outside of any checkout. */
export const userDataDir = (env: NodeJS.ProcessEnv = process.env): string => {
  if (env.XDG_DATA_HOME) return join(env.XDG_DATA_HOME, 'ork')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'ork')
  return join(homedir(), '.local', 'share', 'ork')
}

/**
 * Tells other ork commands of this user where the cluster is: in the data folder, found from the folders around it when
 * it is a `.ork`, and in the user's own folder, found from anywhere. The returned function takes it back.
 */
export const writeEndpoint = (endpoint: Endpoint): (() => void) => {
  const files = [...new Set([resolve(endpoint.dataDir), userDataDir()])].map((folder) => join(folder, FILE))
  for (const file of files) {
    mkdirSync(dirname(file), { recursive: true })
    const fresh = `${file}.${process.pid}`
    writeFileSync(fresh, `${JSON.stringify(endpoint)}\n`, { mode: 0o600 })
    chmodSync(fresh, 0o600)
    renameSync(fresh, file)
  }
  return () => {
    for (const file of files) {
      if (readFrom(file)?.pid === endpoint.pid) rmSync(file, { force: true })
    }
  }
}

/** The running `ork dev` nearest to a folder: that of a `.ork` there or above, else the user's last one. */
export const readDevEndpoint = (from: string = process.cwd()): Endpoint | undefined => {
  const folders: string[] = []
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    folders.push(join(folder, '.ork'))
    if (folder === dirname(folder)) break
  }
  for (const folder of [...folders, userDataDir()]) {
    const endpoint = readFrom(join(folder, FILE))
    if (endpoint !== undefined && isAlive(endpoint.pid)) return endpoint
  }
  return undefined
}

/** The data folder of the running `ork dev` that commands would reach; null when there is none. */
export const devDataDir = (): string | null => readDevEndpoint()?.dataDir ?? null

/** A file of someone else could lead to their server, so it counts for nothing. */
const readFrom = (file: string): Endpoint | undefined => {
  try {
    const { uid } = statSync(file)
    if (process.getuid !== undefined && uid !== process.getuid()) return undefined
    const json: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return EndpointCodec.is(json) ? json : undefined
  } catch {
    return undefined // not there, or half a file of a crash: either way there is nothing to go by
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
