import type { ChangeReply, IntakeReply, StopReply, SubmitReply } from '#libs/api'
import { lastVersion } from '#libs/cluster'
import { type JobSpec, sameSpec } from '#libs/spec'
import type { Acknowledged } from '../observer'
import { WRITES, type WritingVerb } from '../steering'
import type { World } from '../world'
import type { Invariant } from './invariant'

/** What a manager has confirmed stands in the log, at the sequence it named, as it was asked for. */
export const acknowledged: Invariant = {
  name: 'no acknowledged command is lost',
  watch: (world, fail) => ({
    acknowledged: ({ verb, request, reply }) => {
      const wrong = wrongIn(world, verb, request, reply)
      if (wrong !== null) fail(wrong)
    },
  }),
}

const wrongIn = (world: World, verb: Acknowledged['verb'], request: unknown, reply: unknown): string | null => {
  switch (verb) {
    case 'submit':
      return wrongSubmit(world, (request as { spec: JobSpec }).spec, reply as SubmitReply)
    case 'stop':
      return wrongStop(world, reply as StopReply)
    case 'forget':
    case 'skip':
      return null // what it comes to is seen at the end: its instances run elsewhere, and nothing is held back
    default:
      return wrongChange(world, verb, reply as ChangeReply | IntakeReply)
  }
}

const wrongSubmit = ({ servers, truth }: World, spec: JobSpec, { job, seq, version }: SubmitReply): string | null => {
  const event = servers.at(seq)?.entry.event
  const told = `version ${version} of ${job} was confirmed at ${seq}`
  if (event?.type !== 'JobSubmitted') return `${told}, where there is ${event?.type ?? 'nothing'}`
  if (event.data.job !== job || event.data.version !== version || !sameSpec(event.data.spec, spec)) {
    return `${told}, where there is version ${event.data.version} of ${event.data.job}`
  }
  return lastVersion(truth, job) < version ? `${told}, but the fold does not have it` : null
}

const wrongStop = ({ servers, truth }: World, { job, seq, outcome }: StopReply): string | null => {
  if (outcome === 'already-stopped') return null
  const event = servers.at(seq)?.entry.event
  if (event?.type === 'JobStopRequested' && event.data.job === job && lastVersion(truth, job) > 0) return null
  return `the stop of ${job} was confirmed at ${seq}, where there is ${event?.type ?? 'nothing'}`
}

const wrongChange = (
  { servers }: World,
  verb: WritingVerb,
  { seq, outcome }: ChangeReply | IntakeReply,
): string | null => {
  if (outcome === 'unchanged') return null
  const event = servers.at(seq)?.entry.event
  return event?.type === WRITES[verb]
    ? null
    : `a ${verb} was confirmed at ${seq}, where there is ${event?.type ?? 'nothing'}`
}
