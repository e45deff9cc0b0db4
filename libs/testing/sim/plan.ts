import { DEFAULT_STOP, DEFAULT_UPDATE, type JobSpec, type RestartSpec, type TaskSpec } from '#libs/spec'
import { aJob, aTask } from '../happenings'
import { withBadPlaces } from './badPlaces'
import { withContention } from './contention'
import { withCrons } from './crons'
import { withDamage } from './damage'
import type { Happening, Planned } from './happenings'
import { withHooks } from './hooks'
import { withIlls } from './ills'
import { withKinds } from './kinds'
import { withNeeds } from './needs'
import { withOperators } from './operators'
import { withPriorities } from './priorities'
import { Random } from './random'
import { withRareTroubles } from './rareTroubles'
import { withRules } from './rules'
import { withTogether } from './together'
import { STORMS } from './weather'
import { CAPACITY, type Size } from './world'

/** When a plan's happenings begin, and how far apart they are in the mean; milliseconds. */
const CALM_START_MS = 4_000
const MEAN_GAP_MS = 1_500
const HOUR_MS = 3_600_000
/** At most this share of the workers goes for good: more at once would be taken for a fault of the network. */
const MAY_GO = 0.5

/** All that follows from a seed before the first step is taken. */
export interface Plan {
  readonly seed: number
  readonly size: Size
  /** As many were asked for; those that come in company are more. */
  readonly events: number
  readonly happenings: readonly Planned[]
}

/** The plan of a seed: what happens to the cluster, all that is asked of it, and what its operators do meanwhile. */
export const makePlan = (seed: number, events: number): Plan => {
  const plan = planWithoutOperators(seed, events)
  const steered = withKinds(seed, withOperators(seed, plan.size.workers, plan.happenings))
  const needy = withNeeds(seed, withRareTroubles(seed, withCrons(seed, steered)))
  const ruled = withRules(seed, plan.size.workers, withIlls(seed, needy))
  const ranked = withPriorities(seed, withHooks(seed, ruled))
  const together = withTogether(seed, withContention(seed, plan.size.workers, ranked))
  const damaged = withDamage(seed, plan.size.workers, together)
  return { ...plan, happenings: withBadPlaces(seed, plan.size.workers, damaged) }
}

/** Without needs beyond room, with one kind of update, which nobody steers, and workers that nobody drains. */
export const planWithoutOperators = (seed: number, events: number): Plan => {
  const random = new Random(seed, 'plan')
  const size: Size = {
    managers: random.between(1, 3),
    schedulers: random.between(1, 2),
    workers: random.between(2, 5),
  }
  const maker = new Maker(random, size)
  const happenings: Planned[] = [{ at: 0, what: maker.submit() }]
  let at = CALM_START_MS
  while (happenings.length < events) {
    happenings.push({ at: Math.round(at), what: maker.any() })
    // Most things come in clusters: what meets is what fails.
    at += random.chance(0.5) ? random.between(0, 300) : random.between(0, 4 * MEAN_GAP_MS)
  }
  return { seed, size, events, happenings }
}

const JOBS = ['web', 'db', 'sum'] as const

const RESTARTS: readonly Partial<RestartSpec>[] = [
  { policy: 'always', delayMs: 0 },
  { policy: 'always', delayMs: 500, maxDelayMs: 4_000 },
  { policy: 'on-failure', attempts: 2, delayMs: 100 },
  { policy: 'never', attempts: 0 },
]

const EXITS = [
  { exitCode: 0, oomKilled: false },
  { exitCode: 1, oomKilled: false },
  { exitCode: 137, signal: 'SIGKILL', oomKilled: true },
]

/** Draws one happening after another. */
class Maker {
  private readonly services: string[]
  private readonly workers: string[]
  private mayGo: number
  private readonly submitted: string[] = []

  constructor(
    private readonly random: Random,
    size: Size,
  ) {
    const names = (letter: string, count: number) => Array.from({ length: count }, (_, n) => `${letter}${n + 1}`)
    this.services = [...names('m', size.managers), ...names('s', size.schedulers)]
    this.workers = names('w', size.workers)
    this.mayGo = Math.floor(size.workers * MAY_GO)
  }

  any(): Happening {
    const { random } = this
    const make = random.pick(this.choices)
    return make()
  }

  /** What can happen, as often as it stands here. */
  private readonly choices: readonly (() => Happening)[] = [
    ...times(6, () => this.submit()),
    ...times(2, () => this.stopJob()),
    ...times(2, (): Happening => ({ tag: 'crash', node: this.anyNode(), downMs: this.random.between(0, 5_000) })),
    ...times(5, () => this.trap()),
    ...times(2, (): Happening => ({ tag: 'pause', node: this.anyNode(), ms: this.random.between(500, 30_000) })),
    ...times(
      1,
      (): Happening => ({ tag: 'stop service', node: this.anyNode(), downMs: this.random.between(0, 9_000) }),
    ),
    ...times(2, () => this.cutOff()),
    ...times(2, () => this.setClock()),
    ...times(1, (): Happening => ({ tag: 'no stream leader', ms: this.random.between(500, 8_000) })),
    ...times(3, () => this.storm()),
    ...times(2, () => this.engineDown()),
    ...times(4, (): Happening => ({ ...this.container('container ends'), exit: this.random.pick(EXITS) })),
    ...times(1, (): Happening => this.container('container lost')),
    ...times(1, (): Happening => ({ tag: 'images lost', node: this.worker() })),
    ...times(1, (): Happening => ({ tag: 'reboot', node: this.worker(), downMs: this.random.between(500, 20_000) })),
    ...times(1, () => this.farewell()),
  ]

  submit(): Happening {
    const { random } = this
    const name = random.pick(JOBS)
    this.submitted.push(name)
    const tasks = name === 'web' ? ['api', 'ui'] : ['all']
    const chosen = tasks.filter((_, at) => at === 0 || random.chance(0.5))
    return { tag: 'submit', spec: this.spec(name, chosen) }
  }

  private spec(name: string, tasks: readonly string[]): JobSpec {
    const kind = name === 'sum' ? 'batch' : 'service'
    const lostAfterMs = this.random.pick([null, null, 10_000, 25_000])
    const job = aJob({ name, kind, tasks: tasks.map((task) => this.task(name, task)) })
    return lostAfterMs === null ? job : { ...job, lostAfterMs }
  }

  private task(job: string, name: string): Partial<TaskSpec> {
    const { random } = this
    const env: Record<string, string> = { V: String(random.between(1, 3)) }
    if (job === 'sum') env.SIM_RUN_MS = String(random.between(200, 8_000))
    if (random.chance(0.3)) env.SIM_START_MS = String(random.between(1, 3_000))
    if (random.chance(0.15)) env.SIM_IGNORE_SIGNALS = '1'
    if (random.chance(0.05)) env.SIM_REFUSED = '1'
    // Parts that fill a worker exactly, and one that makes it almost fit.
    const share = random.pick([1, 0.5, 0.501, 0.25, 0.25, 0.2])
    const onDisconnect = random.pick([null, null, 'wait', 'stop', 'stop'] as const)
    return {
      ...(onDisconnect === null ? {} : { onDisconnect }),
      name,
      env,
      image: random.chance(0.03) ? 'no/such:1' : 'some:1',
      replicas: random.pick([0, 1, 1, 2, 2, 3, 4]),
      resources: { cpuMilli: Math.round(CAPACITY.cpuMilli * share), memoryBytes: 2 ** 20, diskBytes: 0 },
      restart: {
        ...aTask().restart,
        maxDelayMs: 4_000,
        ...random.pick(job === 'sum' ? RESTARTS.filter(({ policy }) => policy !== 'always') : RESTARTS),
      },
      stop: { ...DEFAULT_STOP, graceMs: random.pick([0, 500, 5_000]) },
      update: { ...DEFAULT_UPDATE, minHealthyMs: 0 },
    }
  }

  private stopJob(): Happening {
    return { tag: 'stop job', job: this.random.pick(this.submitted), purge: false }
  }

  private trap(): Happening {
    const { random } = this
    const node = this.anyNode()
    const where = node.startsWith('w') && random.chance(0.6) ? 'engine' : 'publish'
    const when = random.pick(['before', 'after'] as const)
    const stopMs = random.chance(0.3) ? random.between(2_500, 15_000) : null
    return { tag: 'trap', node, trap: { where, when, count: random.between(1, 4), stopMs } }
  }

  private cutOff(): Happening {
    const { random } = this
    const all = [...this.services, ...this.workers]
    const nodes = random.chance(0.3) ? all.filter(() => random.chance(0.5)) : [random.pick(all)]
    const ms = random.chance(0.5) ? random.between(500, 8_000) : random.between(8_000, 60_000)
    return { tag: 'cut off', nodes, ms, noticeMs: random.between(0, 10_000) }
  }

  private setClock(): Happening {
    const offsetMs = this.random.pick([-HOUR_MS, HOUR_MS, 0, -3_000, 90_000])
    const nodes = this.random.chance(0.3) ? [...this.services, ...this.workers] : [this.anyNode()]
    return { tag: 'set clocks', nodes, offsetMs }
  }

  private storm(): Happening {
    return { tag: 'storm', kind: this.random.pick(Object.keys(STORMS)), ms: this.random.between(1_000, 20_000) }
  }

  private engineDown(): Happening {
    return {
      tag: 'engine down',
      node: this.worker(),
      ms: this.random.between(500, 15_000),
      kills: this.random.chance(0.4),
    }
  }

  private container<T extends 'container ends' | 'container lost'>(tag: T) {
    return { tag, node: this.worker(), place: this.random.between(0, 11) }
  }

  private farewell(): Happening {
    if (this.mayGo === 0) return this.submit()
    this.mayGo -= 1
    const node = this.workers.pop() ?? ''
    return { tag: this.random.pick(['leave', 'burn'] as const), node }
  }

  private anyNode(): string {
    return this.random.pick([...this.services, ...this.workers])
  }

  private worker(): string {
    return this.random.pick(this.workers)
  }
}

const times = <T>(count: number, item: T): readonly T[] => Array.from({ length: count }, () => item)
