import type { AttemptSummary, InstanceDetail, InstanceSummary } from '#libs/cluster'
import type { Entry } from '#libs/events'
import { chainOf, type Link } from './chain'
import { escapeText } from './escape'
import { type EventLook, eventLine } from './event'
import { whyPending } from './pending'
import { ending } from './sentence'
import { paintState } from './state'
import { type Cell, renderPairs, renderTable } from './table'
import { relative, relativeAndAbsolute } from './time'

/** A line an instance: where it stands, where it is, why; where they are of several versions, of which. */
export const renderInstances = (
  instances: readonly (AttemptSummary | InstanceSummary)[],
  look: EventLook,
  empty: string,
  versions = false,
): string =>
  renderTable(
    ['ID', 'STATE', 'WORKER', 'ATTEMPT', ...(versions ? ['VERSION'] : []), 'SINCE', 'DETAIL'],
    instances.map((instance): (Cell | string)[] => [
      instance.id,
      { text: stateOf(instance), paint: paintHealth(look.colours, instance) },
      instance.state === 'pending' ? '-' : { text: workerOf(instance), paint: paintWorker(look.colours, instance) },
      { text: String(instance.attempt), align: 'right' },
      ...(versions ? [{ text: String(instance.version), align: 'right' } as const] : []),
      relative(instance.since, look),
      detailOf(instance, look),
    ]),
    empty,
  )

type Placing = Pick<AttemptSummary, 'worker' | 'workerState'>

/** `w3`, `w3 (lost)`: nothing is added of one that is ready, or of which it is not known how it is. */
export const workerOf = ({ worker, workerState }: Placing): string => {
  const state = workerState ?? 'ready'
  return state === 'ready' ? (worker ?? '-') : `${worker} (${state})`
}

const paintWorker = (colours: EventLook['colours'], { workerState }: Placing): ((text: string) => string) => {
  const state = workerState ?? 'ready'
  return state === 'ready' ? (text) => text : paintState(colours, state)
}

/** `running`, `running (healthy)`, `running (health: starting)`: as Docker shows it. */
export const stateOf = ({ state, health }: Standing): string => {
  if (state !== 'running' || health === null) return state
  return `running (${health === 'starting' ? 'health: starting' : health})`
}

/** What runs and is not healthy yet is not good news yet. */
export const paintHealth = (colours: EventLook['colours'], { state, health }: Standing): ((text: string) => string) => {
  if (state !== 'running' || health === null || health === 'healthy') return paintState(colours, state)
  return health === 'starting' ? colours.cyan : colours.red
}

type Standing = Pick<AttemptSummary, 'state' | 'health'>

/** What there is to add to the state: ports, the reason, the exit, the restart to come. */
export const detailOf = (instance: AttemptSummary | InstanceSummary, look: EventLook): string => {
  const said: string[] = []
  if (instance.state === 'running' && instance.ports.length > 0) said.push(portsOf(instance))
  if (instance.reason !== null) said.push(reasonOf(instance, instance.reason))
  if (instance.exit !== null && instance.reason === null && instance.state !== 'running') {
    said.push(`ended ${ending(instance.exit)}`)
  }
  if (instance.notBefore !== null && Date.parse(instance.notBefore) > look.now) {
    said.push(`starts ${relative(instance.notBefore, look)}`)
  }
  if (instance.restarts > 0 && instance.state === 'running') said.push(`restarted ${instance.restarts}x`)
  if ('reschedules' in instance && instance.reschedules > 0) said.push(`placed anew ${instance.reschedules}x`)
  if ('awaits' in instance && instance.awaits !== null) said.push(`room is made for it on ${instance.awaits}`)
  if ('retiring' in instance && instance.retiring !== null) {
    said.push(`${retiringOf(instance.retiring)}${holdsPort(instance, instance.retiring) ? WHAT_FREES : ''}`)
  }
  return said.join('; ')
}

const reasonOf = ({ state }: AttemptSummary, reason: string): string =>
  state === 'pending' ? whyPending(reason) : reason

/** `attempt 1 still runs on w1`, `attempt 1 is stopping on w1 (lost)`. */
const retiringOf = (retiring: AttemptSummary): string =>
  `attempt ${retiring.attempt} ${retiring.state === 'running' ? 'still runs' : 'is stopping'} on ${workerOf(retiring)}`

const WHAT_FREES =
  ', and has the host port until this one is up: submit the job with `update.order: stop-first`, which ends it first'

/** Whether the one that is to be replaced stands in the way: where no other worker has the port free, that is for ever. */
const holdsPort = ({ state, reason }: AttemptSummary, retiring: AttemptSummary): boolean =>
  state === 'pending' && retiring.state === 'running' && retiring.ports.length > 0 && /\bports on \d/.test(reason ?? '')

const portsOf = ({ ports }: AttemptSummary): string =>
  ports.map(({ name, hostPort }) => `${name} on ${hostPort}`).join(', ')

/** One instance with its latest events. */
export const renderInstance = (instance: InstanceDetail, history: readonly Entry[], look: EventLook): string => {
  const pairs: (readonly [string, string])[] = [
    ['Instance', look.colours.bold(escapeText(instance.id))],
    ['State', paintHealth(look.colours, instance)(stateOf(instance))],
    ['Since', relativeAndAbsolute(instance.since, look)],
    [
      'Worker',
      instance.worker === null ? 'none yet' : paintWorker(look.colours, instance)(escapeText(workerOf(instance))),
    ],
    ['Attempt', attemptOf(instance)],
  ]
  if (instance.startedAt !== null) pairs.push(['Started', relativeAndAbsolute(instance.startedAt, look)])
  if (instance.notBefore !== null) pairs.push(['Starts', relativeAndAbsolute(instance.notBefore, look)])
  if (instance.container !== null) pairs.push(['Container', escapeText(instance.container)])
  if (instance.ports.length > 0) pairs.push(['Ports', escapeText(portsOf(instance))])
  if (instance.exit !== null) pairs.push(['Last exit', escapeText(ending(instance.exit))])
  if (instance.retiring !== null) pairs.push(['Beside it', escapeText(retiringOf(instance.retiring))])
  if (instance.reason !== null) pairs.push(['Reason', escapeText(reasonOf(instance, instance.reason))])
  const lines = history.map((entry) => `${eventLine(entry, look)}${whenOf(entry, look)}`)
  return [
    renderPairs(pairs),
    '',
    'Attempts',
    renderChain(chainOf(history), look),
    '',
    'History',
    ...(lines.length > 0 ? lines : [instance.events.length === 0 ? '  nothing yet' : '  in the archive']),
  ].join('\n')
}

const renderChain = (chain: readonly Link[], look: EventLook): string =>
  renderTable(
    ['ATTEMPT', 'WORKER', 'STARTED', 'HEALTH', 'END', 'THEN'],
    chain.map(({ attempt, worker, startedAt, health, end, next }): (Cell | string)[] => [
      { text: String(attempt), align: 'right' },
      worker,
      startedAt === null ? 'never' : relative(startedAt, look),
      health ?? '-',
      end ?? '-',
      next ?? '-',
    ]),
    '  none yet',
  )

const attemptOf = ({ attempt, version, restarts }: InstanceDetail): string => {
  if (attempt === 0) return 'none yet'
  return `${attempt} of version ${version}${restarts === 0 ? '' : `, restarted ${restarts}x in a row`}`
}

const whenOf = ({ event }: Entry, look: EventLook): string =>
  event.type === 'Unreadable' ? '' : look.colours.dim(` (${relative(event.time, look)})`)
