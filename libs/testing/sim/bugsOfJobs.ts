// Planted bugs about what a job asks for: each wraps something that a service is given.
import * as E from 'fp-ts/Either'
import type { Cluster, Core, Decision } from '#libs/cluster'
import type { AttemptRef, Container, Driver, Exit } from '#libs/drivers'
import type { EventType } from '#libs/events'
import type { Log } from '#libs/log'
import { type JobSpec, type TaskSpec, updateOf } from '#libs/spec'
import { retold, STORED_LAST } from './bugs'

type AnyView = { readonly cluster: Cluster }

/** Decides as if jobs and tasks asked for something else; its view of the cluster is as it should be. */
const asIf = <View extends AnyView>(
  core: Core<View>,
  { job = (spec) => spec, task = (spec) => spec }: { job?(spec: JobSpec): JobSpec; task?(spec: TaskSpec): TaskSpec },
): Core<View> => ({
  ...core,
  decide: (view, now) => {
    const jobs = [...view.cluster.jobs.values()]
    const undo = jobs.flatMap((one) => {
      const { spec } = one
      one.spec = job(spec)
      const tasks = [...one.tasks.values()].map((each) => {
        const { spec: was } = each
        each.spec = task(was)
        return () => {
          each.spec = was
        }
      })
      return [...tasks, () => void Object.assign(one, { spec })]
    })
    const verdict = core.decide(view, now)
    for (const back of undo) back()
    return verdict
  },
})

/** Takes an instance for healthy as soon as it runs. */
export const impatient = <View extends AnyView>(core: Core<View>): Core<View> =>
  asIf(core, { task: (spec) => ({ ...spec, update: { ...updateOf(spec), minHealthyMs: 0 } }) })

/** Begins a run whenever it is time, whatever is under way. */
export const overlapping = <View extends AnyView>(core: Core<View>): Core<View> =>
  asIf(core, {
    job: (spec) => (spec.cron === undefined ? spec : { ...spec, cron: { ...spec.cron, overlap: 'allow' } }),
  })

/** Does not know of one kind of preferences. */
export const overlooking = <View extends AnyView>(core: Core<View>, what: 'affinities' | 'spread'): Core<View> =>
  asIf(core, {
    task: (spec) => {
      const { [what]: _, ...rest } = spec
      return rest
    },
  })

/** Says of each job that is to be purged that it is gone. */
export const purgesAtOnce = <View extends AnyView>(core: Core<View>): Core<View> => ({
  ...core,
  decide: (view, now) => {
    const verdict = core.decide(view, now)
    const more = [...view.cluster.jobs.values()]
      .filter(({ state, purge }) => state === 'stopping' && purge)
      .map(
        ({ name: job, version, seq }): Decision => ({
          draft: { type: 'JobPurged', data: { job, version } },
          expect: seq,
        }),
      )
    return { ...verdict, decisions: [...verdict.decisions, ...more] }
  },
})

/** Writes nothing of one type. */
export const tellsNothing = (log: Log, type: EventType): Log => ({
  ...log,
  append: async (items) => {
    const told = items.filter(({ event }) => event.type !== type)
    const results = told.length === 0 ? [] : await log.append(told)
    return items.map((item) => results[told.indexOf(item)] ?? STORED_LAST)
  },
})

/** Hears of each check that one probe is enough for either verdict. */
export const contentWithOneProbe = (log: Log): Log =>
  retold(log, (event) => {
    if (event.type !== 'JobSubmitted') return event
    const tasks = event.data.spec.tasks.map((task) =>
      task.health === undefined ? task : { ...task, health: { ...task.health, successThreshold: 1, retries: 1 } },
    )
    return { ...event, data: { ...event.data, spec: { ...event.data.spec, tasks } } }
  })

export const seesProbesSucceed = (driver: Driver): Driver => ({
  ...driver,
  probe: async (ref, probe, timeoutMs) => E.map(() => WELL)(await driver.probe(ref, probe, timeoutMs)),
})

const WELL = { ok: true, detail: 'it is well' }
const SUCCESS: Exit = { exitCode: 0, oomKilled: false }

/** Whatever a hook has ended with, it is success. */
export const seesHooksSucceed = (driver: Driver): Driver => {
  const seen = (container: Container): Container =>
    container.ref.hook === undefined || container.state !== 'exited' ? container : { ...container, exit: SUCCESS }
  const seenExit = (ref: AttemptRef, exit: Exit): Exit => (ref.hook === undefined ? exit : SUCCESS)
  return {
    ...driver,
    list: async (owner) => E.map((all: readonly Container[]) => all.map(seen))(await driver.list(owner)),
    run: async (spec) => E.map(seen)(await driver.run(spec)),
    watch: (owner, tell) =>
      driver.watch(owner, (event) =>
        tell(event.tag === 'Exited' ? { ...event, exit: seenExit(event.ref, event.exit) } : event),
      ),
  }
}

/** Does not run what tasks of the simulation have as hooks after their end, and says that it did. */
export const saysHooksRan = (driver: Driver): Driver => ({
  ...driver,
  run: async (spec) => {
    const { ref } = spec
    if (ref.hook !== 'upload' && ref.hook !== 'tidy') return driver.run(spec)
    return E.right({ ref, id: `none-${ref.hook}`, state: 'exited', exit: SUCCESS, ports: [] })
  },
})
