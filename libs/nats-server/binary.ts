import * as E from 'fp-ts/Either'
import * as O from 'fp-ts/Option'
import { runProgram } from './run-program'
import { isNewEnough, MINIMUM_VERSION, parseVersion, type Version } from './version'

/** Where a binary was found; `fetched` was downloaded by this very call. */
type NatsServerOrigin = 'ORK_NATS_SERVER' | 'PATH' | '.tools' | 'fetched'

export interface NatsServerBinary {
  readonly path: string
  /** `2.15.1` */
  readonly version: string
  readonly from: NatsServerOrigin
}

/** Asks a binary for its version; Left says why it cannot be used. */
export const checkBinary = async (path: string): Promise<E.Either<string, Version>> => {
  const answer = await runProgram(path, ['--version'], { timeoutMs: 10_000 })
  if (answer.code !== 0) return E.left(`it does not run here: ${answer.failure}`)
  const version = parseVersion(answer.stdout)
  if (O.isNone(version)) return E.left(`"${answer.stdout.trim().slice(0, 80)}" names no version`)
  if (isNewEnough(version.value)) return E.right(version.value)
  return E.left(`its version is ${version.value.text}, ork needs ${MINIMUM_VERSION.text} or newer`)
}
