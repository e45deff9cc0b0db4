import { failed, imageMissing, refused, unreachable } from '../errors'
import type { DriverError } from '../port'
import type { ApiFailure, Connection } from './connection'

/** A 500 in these words tells of the engine's own state, not of what was asked. */
const ENGINE_TROUBLE =
  /transport is closing|ttrpc: closed|containerd\.sock|deadline exceeded|shutting down|context canceled|rpc error/i

const isTrouble = ({ status, words }: ApiFailure): boolean =>
  status === undefined || status === 502 || status === 503 || (status >= 500 && ENGINE_TROUBLE.test(words))

/** Somebody has removed the container, or its network, before it could start, or is about to. */
const isTakenAway = ({ status, words }: ApiFailure): boolean =>
  (status === 404 && /no such container|network \S+ not found/i.test(words)) ||
  (status === 409 && /marked for removal/i.test(words))

/** Ids that say nothing beside the names that the engine says, too: `endpoint ork-web-api-0-1 (77ac25...): Bind for ...`. */
const IDS = / \([0-9a-f]{64}\)/g

/** What the engine's refusal means to a user; its own words stay in the sentence. */
export const driverError = (
  { where }: Pick<Connection, 'where'>,
  doing: string,
  { words, ...more }: ApiFailure,
): DriverError => {
  const failure = { ...more, words: words.replace(IDS, '') }
  if (isTrouble(failure)) {
    const next = 'is dockerd running, and may this user open its socket? `docker version` tells'
    return unreachable(`Docker cannot be reached (${doing}): ${failure.words}`, { where, next })
  }
  if (failure.status === 404 && /no such image/i.test(failure.words)) {
    return imageMissing(`${doing}: ${failure.words}`, { where, next: 'pull it, or correct `image` in the job file' })
  }
  if (isTakenAway(failure)) return failed(`${doing}: ${failure.words}`, { where })
  // The engine blames itself: a port that is still held, a full disk, a driver that was not ready.
  if (failure.status !== undefined && failure.status >= 500) return failed(`${doing}: ${failure.words}`, { where })
  return refused(`${doing}: ${failure.words}`, { where })
}
