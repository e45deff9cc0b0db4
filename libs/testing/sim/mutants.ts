import * as E from 'fp-ts/Either'
import type { Driver } from '#libs/drivers'
import {
  allAtOnce,
  answeredTooSoon,
  drainedAtOnce,
  dropsWhatIsRefused,
  foldsTwice,
  givesUpAtOnce,
  goesOnBehindGaps,
  isDecision,
  listsLate,
  misdated,
  overlooksUnreadable,
  reordered,
  retold,
  runsTwice,
  STORED,
  scattered,
  seesNoCordon,
  seesNoMachines,
  stopsFirst,
  takesRepeatsForNews,
  underNewestEpoch,
  unexpecting,
  withMoreRoom,
  without,
} from './bugs'
import {
  contentWithOneProbe,
  impatient,
  overlapping,
  overlooking,
  purgesAtOnce,
  saysHooksRan,
  seesHooksSucceed,
  seesProbesSucceed,
  tellsNothing,
} from './bugsOfJobs'
import { placesAtOnce, preemptsAnyway, preemptsEquals } from './bugsOfPreemption'
import type { Plant } from './plant'

/** A bug that the simulator must find, put between a service and what it is given: production has no switch for it. */
export interface Mutant {
  readonly name: string
  readonly plant: Plant
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'epoch check removed from every fold',
    plant: { log: (log) => retold(log, (event) => (isDecision(event) ? { ...event, epoch: 1e9 } : event)) },
  },
  { name: 'compare-and-set removed', plant: { log: (log) => unexpecting(log, () => true) } },
  {
    name: 'compare-and-set removed from elections',
    plant: { log: (log) => unexpecting(log, ({ type }) => type === 'LeaderElected') },
  },
  { name: "decisions carry an epoch that is not their writer's", plant: { log: underNewestEpoch } },
  {
    name: 'time-outs measured on the wall clock',
    plant: {
      machine: (machine) => ({ ...machine, now: () => ({ wall: machine.now().wall, mono: machine.now().wall }) }),
    },
  },
  {
    name: 'decides before its own decisions are folded',
    plant: {
      log: (log, role) =>
        role === 'scheduler' ? { ...log, append: async (items) => (await log.append(items)).map(() => STORED) } : log,
    },
  },
  {
    name: 'a placement that rests on more than it says',
    plant: { core: (core, role) => (role === 'scheduler' ? misdated(core) : core) },
  },
  { name: 'capacity off by one', plant: { core: (core, role) => (role === 'scheduler' ? withMoreRoom(core) : core) } },
  {
    name: 'a host port is given twice on one machine',
    plant: { core: (core, role) => (role === 'scheduler' ? seesNoMachines(core) : core) },
  },
  {
    name: 'the event after a snapshot is skipped',
    plant: {
      log: (log) => ({
        ...log,
        follow: (options) => log.follow({ ...options, from: options.from > 1 ? options.from + 1 : 1 }),
      }),
    },
  },
  {
    name: 'what is archived is expected of the log as ever',
    plant: { log: (log) => ({ ...log, append: (items) => log.append(items.map(({ asOf: _, ...item }) => item)) }) },
  },
  { name: 'what was archived meanwhile is passed over', plant: { log: goesOnBehindGaps } },
  { name: 'redelivery not deduplicated', plant: { core: foldsTwice } },
  {
    name: "a lost worker's attempts still count",
    plant: { core: (core) => without(core, ({ draft }) => draft.type === 'TaskLost') },
  },
  { name: 'an update takes all instances down at once', plant: { core: allAtOnce } },
  {
    name: 'start-first stops the old one at once',
    plant: { core: (core, role) => (role === 'manager' ? stopsFirst(core) : core) },
  },
  {
    name: 'an update does not wait until what it has started was up for long enough',
    plant: { core: (core, role) => (role === 'manager' ? impatient(core) : core) },
  },
  {
    name: 'a run begins while another one is under way',
    plant: { core: (core, role) => (role === 'manager' ? overlapping(core) : core) },
  },
  {
    name: 'a run does not begin though its time has come',
    plant: { core: (core) => without(core, ({ draft }) => draft.type === 'CronFired') },
  },
  {
    name: 'schedules go by a clock that is ahead',
    plant: {
      log: (log) => ({
        ...log,
        info: async () => {
          const info = await log.info()
          return { ...info, time: info.time + 3_600_000 }
        },
      }),
    },
  },
  { name: 'what cannot be read is overlooked', plant: { log: overlooksUnreadable } },
  {
    name: 'the reserve of a full log is spent on decisions',
    plant: { log: (log) => ({ ...log, info: async () => ({ ...(await log.info()), maxBytes: null }) }) },
  },
  {
    name: 'a fact that the log has no room for is forgotten',
    plant: { log: (log, role) => (role === 'worker' ? dropsWhatIsRefused(log) : log) },
  },
  {
    name: 'what a damaged journal has lost is told again as if the log had not heard what came behind it',
    plant: { log: (log, role) => (role === 'worker' ? takesRepeatsForNews(log) : log) },
  },
  {
    name: 'a worker is drained before it is empty',
    plant: { core: (core, role) => (role === 'manager' ? drainedAtOnce(core) : core) },
  },
  {
    name: 'a cordoned worker is still given instances',
    plant: { core: (core, role) => (role === 'scheduler' ? seesNoCordon(core) : core) },
  },
  {
    name: 'a replica is placed wherever each of it fits',
    plant: { core: (core, role) => (role === 'scheduler' ? scattered(core) : core) },
  },
  { name: 'facts written out of order', plant: { log: (log, role) => (role === 'worker' ? reordered(log) : log) } },
  {
    name: 'a submit acknowledged before it is stored',
    plant: { log: (log, role) => (role === 'manager' ? answeredTooSoon(log) : log) },
  },
  {
    name: 'acts before it has caught up with the log',
    plant: {
      log: (log, role) =>
        role === 'worker'
          ? { ...log, follow: (options) => ({ ...log.follow(options), caughtUp: Promise.resolve() }) }
          : log,
    },
  },
  {
    name: 'a worker does not hear that a job was stopped',
    plant: {
      log: (log, role) =>
        role === 'worker' ? retold(log, (event) => (event.type === 'JobStopRequested' ? null : event)) : log,
    },
  },
  { name: 'a container is created twice', plant: { driver: runsTwice } },
  {
    name: 'what runs is not adopted',
    plant: {
      driver: (driver) => ({
        ...driver,
        list: async (owner) =>
          E.map((all: readonly { state: string }[]) => all.filter(({ state }) => state !== 'running'))(
            await driver.list(owner),
          ) as Awaited<ReturnType<Driver['list']>>,
      }),
    },
  },
  {
    name: 'a probe that fails is taken for one that succeeds',
    plant: { driver: seesProbesSucceed },
  },
  {
    name: 'one probe is enough, however many the check asks for',
    plant: { log: (log, role) => (role === 'worker' ? contentWithOneProbe(log) : log) },
  },
  {
    name: 'how an instance fares is found out and not told',
    plant: { log: (log, role) => (role === 'worker' ? tellsNothing(log, 'TaskHealthChanged') : log) },
  },
  { name: 'a hook that fails is taken for one that succeeds', plant: { driver: seesHooksSucceed } },
  { name: 'a hook after an end is told and does not run', plant: { driver: saysHooksRan } },
  {
    name: 'a job that is to be purged is not',
    plant: { core: (core) => without(core, ({ draft }) => draft.type === 'JobPurged') },
  },
  {
    name: 'a job is purged before all of it is gone',
    plant: { core: (core, role) => (role === 'manager' ? purgesAtOnce(core) : core) },
  },
  {
    name: 'the affinities of a task are overlooked',
    plant: { core: (core, role) => (role === 'scheduler' ? overlooking(core, 'affinities') : core) },
  },
  {
    name: 'the spread of a task is overlooked',
    plant: { core: (core, role) => (role === 'scheduler' ? overlooking(core, 'spread') : core) },
  },
  {
    name: 'the place of one of the same priority is taken',
    plant: { core: (core, role) => (role === 'scheduler' ? preemptsEquals(core) : core) },
  },
  {
    name: 'a place is taken though nobody has allowed that',
    plant: { core: (core, role) => (role === 'scheduler' ? preemptsAnyway(core) : core) },
  },
  {
    name: 'one has the place of others before they have left it',
    plant: { core: (core, role) => (role === 'scheduler' ? placesAtOnce(core) : core) },
  },
  { name: 'a listing may be of before what was done since', plant: { driver: listsLate } },
  { name: 'an engine that does not answer is taken to have done nothing', plant: { driver: givesUpAtOnce } },
  {
    name: 'a stop is told and not carried out',
    plant: { driver: (driver) => ({ ...driver, stop: async () => E.right({ exitCode: 143, oomKilled: false }) }) },
  },
]
