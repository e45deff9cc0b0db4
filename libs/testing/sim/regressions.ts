import { aJob } from '../happenings'
import { makePlan, type Plan, planWithoutOperators } from './plan'
import { CAPACITY } from './world'

/** A run that once broke a promise, and what was wrong in ork. */
export interface Regression {
  readonly found: string
  readonly plan: Plan
}

const seed = (number: number, events = 60): Plan => planWithoutOperators(number, events)

/** So much that each needs a worker of its own. */
const WHOLE_WORKER = { resources: CAPACITY }

const DRAIN = { worker: 'w1', deadlineMs: 1_000, reason: null, actor: 'sim' }

/**
 * Seeds: the first of before there were operators, as the plans were then, the last as they are. Where a seed was too large, or
 * plans have changed since, the least that leads to it.
 */
export const REGRESSIONS: readonly Regression[] = [
  {
    found: 'a stale event moved a job and nobody was told, so the new leader never wrote its JobStopped again',
    plan: seed(2),
  },
  {
    found:
      'room was promised to a job that was stopped meanwhile, and who was refused because of it was not called again',
    plan: seed(10_788),
  },
  {
    found: 'a container that vanished before it started was taken for one that can never start',
    plan: seed(11_239),
  },
  {
    found: 'what the last life of a worker had sent of its engine came in late and was never taken back',
    plan: seed(70_391),
  },
  {
    found: 'a manager that was being stopped had stopped listening, and took that for the silence of its workers',
    plan: seed(121_080),
  },
  {
    found: 'a worker decided before what its last life had told was in the log, and told of an attempt that was over',
    plan: {
      seed: 60_064,
      size: { managers: 1, schedulers: 1, workers: 3 },
      events: 5,
      happenings: [
        { at: 1_000, what: { tag: 'submit', spec: aJob({ tasks: [{ onDisconnect: 'stop' }] }) } },
        { at: 5_000, what: { tag: 'cut off', nodes: ['w1'], ms: 20_000, noticeMs: 1_000 } },
        { at: 8_000, what: { tag: 'engine down', node: 'w1', ms: 500, kills: true } },
        { at: 12_000, what: { tag: 'crash', node: 'w1', downMs: 1_000 } },
        { at: 40_000, what: { tag: 'images lost', node: 'w1' } }, // nothing: so long it goes on
      ],
    },
  },
  {
    found: 'a worker that began while the log was full never took its name, and told nothing of its engine ever after',
    plan: {
      seed: 27,
      size: { managers: 1, schedulers: 1, workers: 2 },
      events: 4,
      happenings: [
        { at: 5_000, what: { tag: 'log limited', room: 1, ms: 30_000 } },
        { at: 6_000, what: { tag: 'engine down', node: 'w2', ms: 8_000, kills: false } },
        { at: 12_000, what: { tag: 'crash', node: 'w2', downMs: 1_000 } },
        { at: 40_000, what: { tag: 'submit', spec: aJob({ tasks: [WHOLE_WORKER, { ...WHOLE_WORKER, name: 'ui' }] }) } },
      ],
    },
  },
  {
    found: 'a manager decided again and again to stop one that takes no decisions, since the time of a drain was up',
    plan: {
      seed: 299,
      size: { managers: 1, schedulers: 1, workers: 1 },
      events: 3,
      happenings: [
        { at: 1_000, what: { tag: 'submit', spec: aJob({ tasks: [{ replicas: 2 }] }) } },
        { at: 5_000, what: { tag: 'later release', about: 'instance', place: 0 } },
        { at: 10_000, what: { tag: 'ask', verb: 'drain', request: DRAIN } },
      ],
    },
  },
  {
    found: 'once the last election was in the archive nobody could be elected any more',
    plan: {
      seed: 5,
      size: { managers: 1, schedulers: 1, workers: 1 },
      events: 4,
      happenings: [
        { at: 1_000, what: { tag: 'submit', spec: aJob({ tasks: [{ replicas: 2 }] }) } },
        { at: 10_000, what: { tag: 'archive', snapshots: 1 } },
        { at: 11_000, what: { tag: 'crash', node: 'm1', downMs: 1_000 } },
        { at: 11_000, what: { tag: 'crash', node: 's1', downMs: 1_000 } },
      ],
    },
  },
  {
    found:
      'a worker went on, since the log was full, before its last life had been heard, and told of an attempt that was over',
    plan: makePlan(501_060, 60),
  },
  {
    found: 'one that is to come to the worker of its replica was not seen to keep others of its task from there',
    plan: makePlan(500_152, 60),
  },
  {
    found: 'a stop did not wait for what runs after the end, where somebody had removed what ended',
    plan: makePlan(700_647, 60),
  },
  {
    found: 'of two that had come up only a moment ago one was moved at once, by a restart amidst an update',
    plan: makePlan(700_703, 60),
  },
  {
    found: 'what a former version would have kept beside two successors without a place was taken for missing',
    plan: makePlan(703_957, 60),
  },
  {
    found: 'for two that never share a worker room was made on the same one',
    plan: makePlan(704_337, 60),
  },
  {
    found:
      'room that was made for one was kept from it for another that had waited longer, and that by the room that was made',
    plan: makePlan(705_300, 60),
  },
  {
    found:
      'who had just been placed where its replica is was not counted for the spread of its task, but when decided again',
    plan: makePlan(722_558, 60),
  },
  {
    found:
      'where room was made for one it was not kept from others that the volume it shares with them is yet to be made there',
    plan: makePlan(725_718, 60),
  },
]
