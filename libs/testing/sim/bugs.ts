// What the planted bugs do: each wraps something that a service is given.
import * as E from 'fp-ts/Either'
import { type Cluster, type Core, type Decision, isOutdated, isWanted } from '#libs/cluster'
import type { Driver } from '#libs/drivers'
import { type Entry, EVENTS, type OrkEvent } from '#libs/events'
import type { AppendResult, FollowOptions, Log } from '#libs/log'

/** Changes, or leaves out, what a service is told of the log. */
export const retold = (log: Log, change: (event: OrkEvent) => OrkEvent | null): Log => {
  const retell = (entry: Entry): Entry[] => {
    if (entry.event.type === 'Unreadable') return [entry]
    const event = change(entry.event)
    return event === null ? [] : [{ ...entry, event }]
  }
  const follow = (options: FollowOptions) =>
    log.follow({ ...options, onEntries: (entries) => options.onEntries(entries.flatMap(retell)) })
  return { ...log, follow }
}

export const isDecision = (event: OrkEvent): boolean => EVENTS[event.type].nature === 'decision'

/** Writes without the expectations of which `only` holds. */
export const unexpecting = (log: Log, only: (event: OrkEvent) => boolean): Log => ({
  ...log,
  append: (items) => log.append(items.map((item) => (only(item.event) ? { event: item.event } : item))),
})

export const STORED: AppendResult = { tag: 'Stored', seq: 0 }

/** After all that anybody has folded. */
export const STORED_LAST: AppendResult = { tag: 'Stored', seq: Number.MAX_SAFE_INTEGER }

/** Holds each TaskStarted back until the next fact has been written. */
export const reordered = (log: Log): Log => {
  const held: Parameters<Log['append']>[0][number][] = []
  return {
    ...log,
    append: async (items) => {
      if (items.every(({ event }) => event.type === 'TaskStarted')) {
        held.push(...items)
        return items.map(() => STORED_LAST)
      }
      const results = await log.append(items)
      await log.append(held.splice(0))
      return results
    },
  }
}

export const answeredTooSoon = (log: Log): Log => ({
  ...log,
  append: async (items) => {
    if (!items.some(({ event }) => event.type === 'JobSubmitted')) return log.append(items)
    const seq = (await log.lastSeq()) + 1
    void log.append(items)
    return items.map(() => ({ tag: 'Stored', seq }))
  },
})

type AnyView = { readonly cluster: Cluster }

/** Keeps account of every worker as if it had a little more than it says; its view of the cluster is as it should be. */
export const withMoreRoom = <View extends AnyView>(core: Core<View>): Core<View> => ({
  ...core,
  evolve: (view, entry) => {
    const { event } = entry
    if (event.type !== 'WorkerRegistered') return core.evolve(view, entry)
    const { worker, capacity } = event.data
    const data = { ...event.data, capacity: { ...capacity, cpuMilli: capacity.cpuMilli + 1 } }
    core.evolve(view, { ...entry, event: { ...event, data } })
    const known = view.cluster.workers.get(worker)
    if (known !== undefined) known.capacity = capacity
  },
})

/** Takes workers that share a machine for ones that each have theirs; its view of the cluster is as it should be. */
export const seesNoMachines = <View extends AnyView>(core: Core<View>): Core<View> => ({
  ...core,
  decide: (view, now) => {
    const workers = [...view.cluster.workers.values()]
    const spaces = workers.map(({ portSpaces }) => portSpaces)
    for (const worker of workers) worker.portSpaces = []
    const verdict = core.decide(view, now)
    for (const [at, worker] of workers.entries()) worker.portSpaces = spaces[at] ?? []
    return verdict
  },
})

/** Says of its placements that they rest on less of the log than they do. */
export const misdated = <View extends AnyView>(core: Core<View>): Core<View> => ({
  ...core,
  decide: (view, now) => {
    const verdict = core.decide(view, now)
    const decisions = verdict.decisions.map((decision): Decision => {
      const { draft } = decision
      if (draft.type !== 'TaskScheduled') return decision
      return { ...decision, draft: { ...draft, data: { ...draft.data, asOf: Math.max(0, draft.data.asOf - 1) } } }
    })
    return { ...verdict, decisions }
  },
})

export const foldsTwice = <View extends AnyView>(core: Core<View>): Core<View> => ({
  ...core,
  evolve: (view, entry) => {
    if (entry.seq <= view.cluster.seq) view.cluster.seq = entry.seq - 1
    core.evolve(view, entry)
  },
})

export const without = <View>(core: Core<View>, isDropped: (decision: Decision) => boolean): Core<View> => ({
  ...core,
  decide: (view, now) => {
    const verdict = core.decide(view, now)
    return { ...verdict, decisions: verdict.decisions.filter((decision) => !isDropped(decision)) }
  },
})

/** Whenever an update takes an instance down, it takes all of them down. */
export const allAtOnce = <View extends AnyView>(core: Core<View>): Core<View> => ({
  ...core,
  decide: (view, now) => {
    const verdict = core.decide(view, now)
    const more = verdict.decisions.flatMap(({ draft }) => {
      if (draft.type !== 'TaskStopRequested') return []
      const { job, task, index } = draft.data
      const instances = view.cluster.jobs.get(job)?.tasks.get(task)?.instances ?? []
      const others = [...instances].filter((each) => each.index !== index && each.state === 'running')
      return others.flatMap((each): Decision[] => {
        const { worker, attempt, placedSeq: placement } = each
        if (worker === null || !isWanted(each) || !isOutdated(each)) return []
        const data = { ...draft.data, index: each.index, worker, attempt, placement }
        return [{ draft: { type: 'TaskStopRequested', data }, expect: each.seq }]
      })
    })
    return { ...verdict, decisions: [...verdict.decisions, ...more] }
  },
})

/** Stops what should go on until its successor is healthy. */
export const stopsFirst = <View>(core: Core<View>): Core<View> => ({
  ...core,
  decide: (view, now) => {
    const verdict = core.decide(view, now)
    const decisions = verdict.decisions.map(
      (decision): Decision =>
        decision.draft.type === 'TaskReplaceRequested'
          ? { ...decision, draft: { type: 'TaskStopRequested', data: decision.draft.data } }
          : decision,
    )
    return { ...verdict, decisions }
  },
})

/** Takes whatever the log has no room for to be stored. */
export const dropsWhatIsRefused = (log: Log): Log => ({
  ...log,
  append: async (items) => (await log.append(items)).map((result) => (result.tag === 'Refused' ? STORED_LAST : result)),
})

/** Does not notice that what it tells was stored long before. */
export const takesRepeatsForNews = (log: Log): Log => ({
  ...log,
  append: async (items) => (await log.append(items)).map((result) => (result.tag === 'Stored' ? STORED_LAST : result)),
})

/** Never hears of what cannot be read. */
export const overlooksUnreadable = (log: Log): Log => ({
  ...log,
  follow: (options) =>
    log.follow({
      ...options,
      onEntries: (entries) => options.onEntries(entries.filter(({ event }) => event.type !== 'Unreadable')),
    }),
})

/** Says of each worker that is to be emptied that it is. */
export const drainedAtOnce = <View extends AnyView>(core: Core<View>): Core<View> => ({
  ...core,
  decide: (view, now) => {
    const verdict = core.decide(view, now)
    const draining = [...view.cluster.workers.values()].filter(({ intake }) => intake === 'draining')
    const more = draining.map(
      ({ name, seq }): Decision => ({ draft: { type: 'WorkerDrained', data: { worker: name } }, expect: seq }),
    )
    return { ...verdict, decisions: [...verdict.decisions, ...more] }
  },
})

/** Takes a worker that is closed for one that is opened; its view of the cluster is as it should be. */
export const seesNoCordon = <View extends AnyView>(core: Core<View>): Core<View> => ({
  ...core,
  evolve: (view, entry) => {
    const { event } = entry
    const known = event.type === 'WorkerCordoned' ? view.cluster.workers.get(event.data.worker) : undefined
    if (event.type !== 'WorkerCordoned' || known?.intake !== 'open') return core.evolve(view, entry)
    known.intake = 'cordoned'
    core.evolve(view, { ...entry, event: { ...event, type: 'WorkerUncordoned' } })
    known.intake = 'cordoned'
  },
  decide: (view, now) => {
    const closed = [...view.cluster.workers.values()].filter(({ intake }) => intake === 'cordoned')
    for (const worker of closed) worker.intake = 'open'
    const verdict = core.decide(view, now)
    for (const worker of closed) worker.intake = 'cordoned'
    return verdict
  },
})

/** Takes each of a replica for one that comes alone. */
export const scattered = <View extends AnyView>(core: Core<View>): Core<View> => ({
  ...core,
  initial: (cluster) => {
    const view = core.initial(cluster)
    if ('replicas' in view) Object.assign(view.replicas as object, { homeOf: () => null, followersOf: () => [] })
    return view
  },
})

export const runsTwice = (driver: Driver): Driver => ({
  ...driver,
  run: async (spec) => {
    const ran = await driver.run(spec)
    await driver.run({ ...spec, ref: { ...spec.ref, attempt: spec.ref.attempt + 1 } })
    return ran
  },
})

/** Writes decisions under the newest epoch that it has heard of, whoever was elected for that. */
export const underNewestEpoch = (log: Log): Log => {
  let newest = 0
  const heard = retold(log, (event) => {
    if (event.type === 'LeaderElected') newest = Math.max(newest, event.data.epoch)
    return event
  })
  const append: Log['append'] = (items) =>
    log.append(
      items.map((item) => (isDecision(item.event) ? { ...item, event: { ...item.event, epoch: newest } } : item)),
    )
  return { ...heard, append }
}

/** Answers each listing with the one before it. */
export const listsLate = (driver: Driver): Driver => {
  let before: ReturnType<Driver['list']> | null = null
  return {
    ...driver,
    list: (owner) => {
      const answer = before ?? driver.list(owner)
      before = driver.list(owner)
      return answer
    },
  }
}

/** Takes an engine that did not answer for one that has refused. */
export const givesUpAtOnce = (driver: Driver): Driver => ({
  ...driver,
  run: async (spec) => {
    const ran = await driver.run(spec)
    return E.isLeft(ran) && ran.left.tag === 'Unreachable' ? E.left({ ...ran.left, tag: 'Refused' }) : ran
  },
})

/** Follows on from the first event there is, whatever was archived before it. */
export const goesOnBehindGaps = (log: Log): Log => ({
  ...log,
  follow: (options) => {
    const following = log.follow(options)
    const goOn = async (): Promise<void> => {
      const { firstSeq } = await log.info()
      await log.follow({ ...options, from: firstSeq }).caughtUp
    }
    const again = following.broken.then(goOn).catch(() => undefined)
    return { ...following, caughtUp: following.caughtUp.catch(() => again), broken: new Promise(() => {}) }
  },
})
