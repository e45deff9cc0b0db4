import { statfsSync } from 'node:fs'
import * as E from 'fp-ts/Either'
import { apiSubject, type HealthReply } from '#libs/api'
import { type OrkError, OrkFailure } from '#libs/kernel'
import type { Connection } from '#libs/log'
import { listSnapshots } from '#libs/snapshots'
import { list } from '../client/call'
import { ANSWER_MS, askServices } from '../client/status'
import { clockOf, type Facts, type HealthFact, type ServerFact, type SpaceFact } from './facts'

/** A question that every server answers for the accounts of its users, so that no system account is needed. */
const PING = '$SYS.REQ.SERVER.PING.CONNZ'

/** How long a manager has to say which workers it knows. */
const WORKERS_MS = 2_500

/**
 * Asks everyone at once; `dataDir`: of the running `ork dev`, if that is what is asked. Takes less than a second where all
 * answer, and some five where a part of the log does not.
 */
export const gatherFacts = async (connection: Connection, dataDir: string | null): Promise<Facts> => {
  const { log } = connection
  const silent = new Map<string, OrkError>()
  /** Notes of a part of the log that nobody answers for it; what else went wrong is the caller's. */
  const isSilence = (cause: unknown): boolean => {
    const isAway = cause instanceof OrkFailure && cause.error.tag === 'LogUnavailable'
    if (isAway) silent.set(cause.error.where ?? '', cause.error)
    return isAway
  }
  const [info, streams, servers, statuses, health, workers, space, snapshots] = await Promise.all([
    log.info(),
    log.streams().catch((cause: unknown) => {
      if (isSilence(cause)) return []
      throw cause
    }),
    askServers(connection),
    askServices(connection),
    askHealth(connection),
    askWorkers(connection),
    askSpace(connection, dataDir),
    listSnapshots(connection).catch((cause: unknown) => {
      isSilence(cause)
      return null
    }),
  ])
  const { cluster } = log
  const said = { log: info, cluster, streams, servers, statuses, health, workers, space, snapshots }
  return { ...said, silent: [...silent.values()] }
}

const askHealth = async ({ bus, prefix }: Connection): Promise<readonly HealthFact[]> => {
  const heard: HealthFact[] = []
  const askedAt = Date.now()
  await bus.requestAll(apiSubject(prefix, 'health'), {}, ANSWER_MS, (answer) => {
    const health = answer as HealthReply
    heard.push({ ...health, clock: clockOf(health.time, askedAt, Date.now()) })
  })
  return heard
}

const askServers = async ({ bus }: Connection): Promise<readonly ServerFact[]> => {
  const heard: ServerFact[] = []
  const askedAt = Date.now()
  await bus.requestAll(PING, { limit: 1 }, ANSWER_MS, (answer) => {
    const server = readServer(answer, askedAt, Date.now())
    if (server !== null) heard.push(server)
  })
  return heard.sort((a, b) => (a.name < b.name ? -1 : 1))
}

const readServer = (answer: unknown, askedAt: number, heardAt: number): ServerFact | null => {
  const { server } = (answer ?? {}) as { server?: { name?: string; ver?: string; tags?: string[]; time?: string } }
  if (server?.name === undefined) return null
  const { name, ver = 'unknown', tags = [], time = '' } = server
  return { name, version: ver, tags, clock: clockOf(Date.parse(time), askedAt, heardAt) }
}

const askWorkers = async (connection: Connection): Promise<Facts['workers']> => {
  try {
    return (await list(connection, 'workers', {}, WORKERS_MS)).items
  } catch {
    return null // that no manager answers is a finding of its own
  }
}

const askSpace = async ({ bus }: Connection, dataDir: string | null): Promise<SpaceFact> => {
  const answer = await bus.request('$JS.API.INFO', {}, ANSWER_MS)
  const account = (E.isRight(answer) ? answer.right : {}) as { storage?: number; limits?: { max_storage?: number } }
  const limit = account.limits?.max_storage ?? -1
  return {
    usedBytes: account.storage ?? null,
    limitBytes: limit > 0 ? limit : null,
    disk: dataDir === null ? null : diskOf(dataDir),
  }
}

const diskOf = (dir: string): SpaceFact['disk'] => {
  try {
    const { bavail, blocks, bsize } = statfsSync(dir)
    return { dir, freeBytes: bavail * bsize, sizeBytes: blocks * bsize }
  } catch {
    return null
  }
}
