import type { ClusterSummary } from '#libs/cluster'
import { formatBytes } from '#libs/kernel'
import type { LogInfo } from '#libs/log'
import type { Facts, Finding } from '../doctor/facts'
import { newest } from '../doctor/workers'
import { escapeText } from './escape'
import type { EventLook } from './event'
import { renderFindings, renderVerdict } from './findings'
import { count } from './sentence'
import { renderCounts, renderUnready } from './state'
import { type Cell, renderPairs, renderTable } from './table'
import { age } from './time'

/** The cluster at a glance, at which servers it is, and everything that is not well. */
export const renderStatus = (facts: Facts, problems: readonly Finding[], servers: string, look: EventLook): string => {
  const { colours } = look
  const { log, statuses } = facts
  const view = newest(statuses)
  const pairs: (readonly [string, string])[] = [
    ['Cluster', `${renderVerdict(problems, look)} (${escapeText(servers)})`],
    ['Log', `${eventsOf(log)}, ${sizeOf(log)}, ${count(log.replicas, 'replica')}${leaderOf(log)}`],
    ['Server', `nats-server ${escapeText(log.serverVersion)}`],
  ]
  if (view !== undefined) {
    pairs.push(
      ['Jobs', renderCounts(view.jobs, colours)],
      ['Instances', `${renderCounts(view.instances, colours)}${renderUnready(view.unready, colours)}`],
      ['Workers', [renderCounts(view.workers, colours), ...closed(view.closed)].join('; ')],
      ['Placement', placementOf(view)],
      ['Ignored', `${view.ignored.stale} of an old epoch, ${view.ignored.illegal} out of order`],
    )
  }
  const sections = [renderPairs(pairs), servicesTable(facts, look)]
  if (problems.length > 0) sections.push(renderFindings(problems, look))
  return sections.join('\n\n')
}

/** `by spread, ties by name, without preemption`. */
const placementOf = ({ scheduling: { policy, seed, preemption } }: ClusterSummary): string =>
  [
    `by ${escapeText(policy)}`,
    seed === null ? 'ties by name' : `ties by lot (seed ${seed})`,
    preemption ? 'with preemption' : 'without preemption',
  ].join(', ')

/** `1 draining`; of a service of an earlier version nothing. */
const closed = (counts: ClusterSummary['closed'] = {}): string[] => {
  const said = Object.entries(counts).map(([intake, n]) => `${n} ${intake}`)
  return said.length === 0 ? [] : [said.join(', ')]
}

/** What lies before was archived, or somebody has purged it; the first of an empty log is 0. */
const eventsOf = ({ firstSeq, lastSeq }: LogInfo): string => {
  const events = count(lastSeq - Math.max(1, firstSeq) + 1, 'event')
  return firstSeq > 1 ? `${events} from sequence ${firstSeq} on` : events
}

const sizeOf = ({ bytes, maxBytes }: LogInfo): string =>
  maxBytes === null ? formatBytes(bytes) : `${formatBytes(bytes)} of at most ${formatBytes(maxBytes)}`

const leaderOf = ({ leader, stream }: LogInfo): string =>
  `, stream ${escapeText(stream)}${leader === null ? '' : ` led by ${escapeText(leader)}`}`

const servicesTable = ({ statuses, log }: Facts, { colours }: EventLook): string =>
  renderTable(
    ['SERVICE', 'LEADS', 'EPOCH', 'LAG', 'UP', 'VERSION'],
    [...statuses]
      .sort((a, b) => (a.service < b.service ? -1 : 1))
      .map((one): (Cell | string)[] => {
        const role = one.service.split('/')[0] === 'scheduler' ? 'scheduler' : 'manager'
        return [
          one.service,
          one.leading ? { text: 'yes', paint: colours.green } : 'no',
          { text: String(one.leaders[role].epoch), align: 'right' },
          { text: String(Math.max(0, log.lastSeq - one.seq)), align: 'right' },
          age(one.uptimeMs),
          one.version,
        ]
      }),
    'no service answers',
  )
