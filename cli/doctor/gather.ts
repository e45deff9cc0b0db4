import { statfsSync } from 'node:fs'
import * as E from 'fp-ts/Either'
import { apiSubject, type HealthReply } from '#libs/api'
import type { Connection } from '#libs/log'
import { listSnapshots } from '#libs/snapshots'
import { list } from '../client/call'
import { ANSWER_MS, askServices } from '../client/status'
import { clockOf, type Facts, type HealthFact, type ServerFact, type SpaceFact } from './facts'

/** A question that every server answers for the accounts of its users, so that no system account is needed. */
const PING = '$SYS.REQ.SERVER.PING.CONNZ'

/** Asks everyone at once; `dataDir`: of the running `ork dev`, if that is what is asked. Takes less than a second. */
export const gatherFacts = async (connection: Connection, dataDir: string | null): Promise<Facts> => {
  const { log } = connection
  const [info, streams, servers, statuses, health, workers, space, snapshots] = await Promise.all([
    log.info(),
    log.streams(),
    askServers(connection),
    askServices(connection),
    askHealth(connection),
    askWorkers(connection),
    askSpace(connection, dataDir),
    listSnapshots(connection).catch(() => null),
  ])
  return { log: info, cluster: log.cluster, streams, servers, statuses, health, workers, space, snapshots }
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
    return (await list(connection, 'workers', {})).items
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
