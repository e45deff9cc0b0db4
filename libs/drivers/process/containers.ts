import { constants } from 'node:os'
import { exitOf } from '../exit'
import { sameOwner } from '../owners'
import type { Container, Exit, Owner } from '../port'
import { type Birth, FILES, listFolders, readBirth, readNumber, writeExit } from './files'
import { isSupervising, signalProcess } from './supervisor'

export interface Known {
  readonly folder: string
  readonly birth: Birth
  readonly container: Container
  /** The supervisor and the leader of the process group. */
  readonly pid?: number
}

const KILLED = 128 + constants.signals.SIGKILL

const readExit = async (folder: string): Promise<Exit | undefined> => {
  const code = await readNumber(folder, FILES.exit)
  return code === undefined ? undefined : exitOf(code)
}

// Somebody killed the supervisor: what it supervised must not run on unseen, and its exit code is lost.
const buryUnsupervised = async (folder: string, pid: number): Promise<Exit | undefined> => {
  const late = await readExit(folder)
  if (late !== undefined) return late
  if (!(await writeExit(folder, KILLED))) return undefined
  signalProcess(-pid, constants.signals.SIGKILL)
  return exitOf(KILLED)
}

type State = Pick<Container, 'state' | 'exit'>

/** Undefined where it has been removed while we looked. */
const stateOf = async (folder: string, pid: number | undefined): Promise<State | undefined> => {
  const exit = await readExit(folder)
  if (exit !== undefined) return { state: 'exited', exit }
  if (pid === undefined) return { state: 'created' }
  if (await isSupervising(pid, folder)) return { state: 'running' }
  const buried = await buryUnsupervised(folder, pid)
  return buried === undefined ? undefined : { state: 'exited', exit: buried }
}

/** What is in the folder; undefined if no attempt is. */
export const readContainer = async (folder: string): Promise<Known | undefined> => {
  const birth = await readBirth(folder)
  if (birth === undefined) return undefined
  const pid = await readNumber(folder, FILES.supervisor)
  const state = await stateOf(folder, pid)
  if (state === undefined) return undefined
  const container: Container = { ref: birth.ref, id: birth.id, ports: birth.ports, ...state }
  return { folder, birth, container, ...(pid === undefined ? {} : { pid }) }
}

/** The owner's, in no order. */
export const readContainers = async (dir: string, owner: Owner): Promise<readonly Known[]> => {
  const all = await Promise.all((await listFolders(dir)).map(readContainer))
  return all.flatMap((known) => (known !== undefined && sameOwner(known.birth.owner, owner) ? [known] : []))
}
