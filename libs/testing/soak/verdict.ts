import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SubmitReply } from '#libs/api'
import { emptyCluster } from '#libs/cluster'
import type { Entry } from '#libs/events'
import { type JobSpec, sameSpec } from '#libs/spec'
import { LOG_INVARIANTS } from '../sim/invariants'
import { foldNext } from '../sim/stored'

/** A submit that a manager has confirmed. */
export interface Confirmed {
  readonly spec: JobSpec
  readonly reply: SubmitReply
}

/** What the log breaks of the simulator's promises; empty when it keeps all. */
export const violationsIn = (entries: readonly Entry[]): readonly string[] => {
  const truth = emptyCluster()
  const broken: string[] = []
  const watching = LOG_INVARIANTS.map(({ name, watch }) =>
    watch({ truth }, (what) => void broken.push(`${name}: ${what}`)),
  )
  for (const entry of entries) {
    const stored = foldNext(truth, entry)
    if (stored === null) broken.push(`sequence ${entry.seq} cannot be read`)
    else for (const { stored: tell } of watching) tell?.(stored)
  }
  return broken
}

/** Submits that were confirmed and do not stand in the log where it was said. */
export const lostIn = (entries: readonly Entry[], confirmed: readonly Confirmed[]): readonly string[] => {
  const bySeq = new Map(entries.map(({ seq, event }) => [seq, event]))
  return confirmed.flatMap(({ spec, reply: { job, version, seq } }) => {
    const event = bySeq.get(seq)
    const isThere = event?.type === 'JobSubmitted' && event.data.job === job && event.data.version === version
    return isThere && sameSpec(event.data.spec, spec) ? [] : [`version ${version} of ${job}, confirmed at ${seq}`]
  })
}

/** Processes that found another of their instance running, though the log had not given that one up. */
export const doublesIn = (dir: string, entries: readonly Entry[]): readonly string[] => {
  const file = join(dir, 'doubles')
  if (!existsSync(file)) return []
  const lost = new Set(
    entries.flatMap(({ event }) =>
      event.type === 'TaskLost' ? [`${event.data.job}-${event.data.task}-${event.data.index}`] : [],
    ),
  )
  const seen = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
  return seen.filter((name) => ![...lost].some((id) => name.includes(`${id}-`)))
}
