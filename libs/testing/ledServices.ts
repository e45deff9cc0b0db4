import pino from 'pino'
import { type Cluster, type Core, evolve, isWanted, type Job, withoutFrozen } from '#libs/cluster'
import type { Entry, OrkEvent } from '#libs/events'
import type { Connection, Log, MemoryLog } from '#libs/log'
import { type LeaseSettings, LedService, type LedServiceOptions } from '#libs/runtime'

/** A scheduler that puts everything on w1: the smallest core whose decisions can be seen in the fold. */
export interface OneWorkerView {
  readonly cluster: Cluster
  readonly touched: Set<Job>
  /** What it was asked, in order. */
  readonly asked: ('lead' | 'decide' | 'reconsider')[]
}

export const oneWorkerCore = (
  more: { readonly idle?: boolean; readonly wakeAfterMs?: number } = {},
): Core<OneWorkerView> => ({
  initial: (cluster) => ({ cluster, touched: new Set(), asked: [] }),
  evolve: ({ cluster, touched }, entry) =>
    evolve(cluster, entry, {
      job: (job) => touched.add(job),
      worker() {},
      instance: ({ task }) => touched.add(task.job),
    }),
  hear() {},
  lead: ({ asked }) => asked.push('lead'),
  reconsider: ({ asked }) => asked.push('reconsider'),
  decide: ({ cluster, touched, asked }, now) => {
    asked.push('decide')
    const wakeAt = more.wakeAfterMs === undefined ? null : now.mono + more.wakeAfterMs
    if (more.idle === true) return { decisions: [], wakeAt }
    const instances = [...touched].flatMap(({ tasks }) => [...tasks.values()].flatMap((task) => [...task.instances]))
    const due = instances.filter((instance) => instance.state === 'pending' && isWanted(instance))
    touched.clear()
    const decisions = due.map((instance) => ({
      draft: {
        type: 'TaskScheduled' as const,
        data: {
          job: instance.task.job.name,
          task: instance.task.name,
          index: instance.index,
          worker: 'w1',
          attempt: instance.attempt + 1,
          version: instance.task.job.version,
          policy: 'one',
          asOf: 1,
          ports: [],
        },
      },
      expect: instance.seq,
    }))
    return { decisions: withoutFrozen(cluster, decisions), wakeAt }
  },
})

/** A connection to a log in memory, with hands on what goes wrong between the two. */
export interface FaultyConnection extends Connection {
  /** Holds back every write until `release`; resolves when there is one. */
  hold(): Promise<void>
  /** The log answers nothing, neither writes nor questions, until `release`. */
  away(): void
  release(): void
  /** From here on nothing of this side is heard of any more, as after kill -9: no write, no renewal, no answer. */
  die(): void
  /** As SIGSTOP: what is asked of it gets no answer, and it says nothing of itself, until `wake`. */
  hang(): void
  wake(): void
}

export const faultyConnection = ({ log, bus, objects }: MemoryLog): FaultyConnection => {
  let state: 'well' | 'dead' | 'hung' = 'well'
  let gate: Promise<void> = Promise.resolve()
  let isAway = false
  let open = (): void => {}
  let tellHeld = (): void => {}
  const close = (): void => {
    gate = new Promise((resolve) => {
      open = resolve
    })
  }
  const served: { stop(): Promise<void> }[] = []
  const never = <T>(): Promise<T> => new Promise<T>(() => {})
  const append: Log['append'] = async (items) => {
    tellHeld()
    await gate
    return state === 'dead' ? never() : log.append(items)
  }
  return {
    prefix: 'ork',
    log: { ...log, append, lastSeq: () => (isAway ? gate.then(() => log.lastSeq()) : log.lastSeq()) },
    objects,
    bus: {
      ...bus,
      publish: (subject, payload) => (state === 'well' ? bus.publish(subject, payload) : undefined),
      request: (...question) => (state === 'well' ? bus.request(...question) : never()),
      serve: async (offer) => {
        const endpoints = offer.endpoints.map((endpoint) => ({
          ...endpoint,
          handle: (...asked: Parameters<typeof endpoint.handle>) =>
            state === 'well' ? endpoint.handle(...asked) : never(),
        })) as typeof offer.endpoints
        const service = await bus.serve({ ...offer, endpoints })
        served.push(service)
        return service
      },
    },
    onStatus() {},
    close: async () => {},
    hold: () => {
      close()
      return new Promise((resolve) => {
        tellHeld = resolve
      })
    },
    away: () => {
      isAway = true
      close()
    },
    release: () => {
      isAway = false
      open()
    },
    die: () => {
      state = 'dead'
      for (const service of served) void service.stop()
    },
    hang: () => {
      state = 'hung'
    },
    wake: () => {
      state = 'well'
    },
  }
}

/** Resolves with the first entry, past or to come, that is the one. */
export const arrives = (log: Log, isIt: (event: OrkEvent, entry: Entry) => boolean, from = 1): Promise<Entry> =>
  new Promise((resolve) => {
    const following = log.follow({
      from,
      onEntries: (entries) => {
        const found = entries.find((entry) => entry.event.type !== 'Unreadable' && isIt(entry.event, entry))
        if (found === undefined) return
        resolve(found)
        void following.stop()
      },
    })
  })

export const isElection =
  (holder: string, epoch?: number) =>
  (event: OrkEvent): boolean =>
    event.type === 'LeaderElected' &&
    event.data.holder === holder &&
    (epoch === undefined || event.data.epoch === epoch)

/** So long that only being told can be the cause of what happens sooner. */
export const PATIENT: LeaseSettings = { renewEveryMs: 20, askAfterMs: 60_000, takeAfterMs: 120_000 }
const QUICK: LeaseSettings = { renewEveryMs: 20, askAfterMs: 60, takeAfterMs: 200 }

export const ledService = (
  connection: Connection,
  name: string,
  more: Partial<Pick<LedServiceOptions<OneWorkerView>, 'core' | 'lease' | 'machine'>> = {},
): LedService<OneWorkerView> =>
  new LedService({
    connection,
    role: 'scheduler',
    name,
    version: '0.1.0',
    core: oneWorkerCore(),
    logger: pino({ level: 'silent' }),
    lease: QUICK,
    ...more,
  })
