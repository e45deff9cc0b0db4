import type { StatusReply } from '#libs/api'
import type { LedRole } from '#libs/cluster'
import { formatBytes, type OrkError, orkError } from '#libs/kernel'
import type { LogInfo } from '#libs/log'
import { escapeText } from './escape'
import type { EventLook } from './event'
import { count } from './sentence'
import { renderCounts } from './state'
import { type Cell, renderPairs, renderTable } from './table'
import { age } from './time'

/** What `ork status` has gathered. */
export interface Status {
  readonly services: readonly StatusReply[]
  readonly log: LogInfo
}

const ROLES: readonly LedRole[] = ['manager', 'scheduler']

/** A service that is this many events behind is in trouble rather than just busy. */
const LAG_ALLOWED = 10_000

/** Everything that is not well, worst first, each with what to do. Empty: the cluster is well. */
export const problemsOf = ({ services, log }: Status): readonly OrkError[] => {
  const view = newest(services)
  return [
    ...ROLES.flatMap((role) => roleProblems(role, services)),
    ...alarms(services),
    ...lagProblems(services, log),
    ...(view === undefined ? [] : [...workerProblems(view), ...quarantineProblems(view)]),
    ...(log.replicas > 1 && log.leader === null
      ? [
          orkError('NoStreamLeader', 'the stream has no leader: nothing can be written', {
            next: 'bring back a majority of the nats-servers',
          }),
        ]
      : []),
  ]
}

/** The service that has folded furthest speaks for all. */
const newest = (services: readonly StatusReply[]): StatusReply | undefined =>
  services.reduce<StatusReply | undefined>(
    (best, one) => (best === undefined || one.seq > best.seq ? one : best),
    undefined,
  )

const ofRole = (role: string, services: readonly StatusReply[]): readonly StatusReply[] =>
  services.filter(({ service }) => service.startsWith(`${role}/`))

const roleProblems = (role: LedRole, services: readonly StatusReply[]): readonly OrkError[] => {
  const own = ofRole(role, services)
  const next = role === 'manager' ? 'no job can be submitted or stopped until then' : 'nothing is placed until then'
  if (own.length === 0)
    return [orkError('NoService', `no ${role} answers`, { next: `start one with \`ork ${role}\`; ${next}` })]
  if (!own.some(({ leading }) => leading)) {
    return [
      orkError('NoLeader', `no ${role} leads`, {
        next: `one takes over within seconds; if this stays, look at its log`,
      }),
    ]
  }
  return []
}

const alarms = (services: readonly StatusReply[]): readonly OrkError[] =>
  services.flatMap(({ alarm, service }) => (alarm === null ? [] : [orkError('Alarm', alarm, { where: service })]))

const lagProblems = (services: readonly StatusReply[], log: LogInfo): readonly OrkError[] =>
  services.flatMap((one) => {
    const lag = log.lastSeq - one.seq
    if (lag <= LAG_ALLOWED) return []
    return [
      orkError('Lag', `is ${count(lag, 'event')} behind the log`, {
        where: one.service,
        next: 'it may be starting; if this stays, restart it',
      }),
    ]
  })

const workerProblems = (view: StatusReply): readonly OrkError[] => {
  const { ready = 0, suspected = 0 } = view.workers
  const problems: OrkError[] = []
  if (ready === 0)
    problems.push(
      orkError('NoWorker', 'no worker is ready', {
        next: 'start one with `ork worker`; what is submitted stays pending until then',
      }),
    )
  if (suspected > 0)
    problems.push(
      orkError('Suspected', `${count(suspected, 'worker')} not heard of`, {
        next: '`ork workers` shows which; its instances move if it stays silent',
      }),
    )
  return problems
}

const FROZEN = '; nothing more is decided about this'

const quarantineProblems = ({ quarantined, quarantinedCount }: StatusReply): readonly OrkError[] => {
  const problems = quarantined.map(({ aggregate, seq, reason, frozen }) =>
    orkError('Quarantined', `sequence ${seq} cannot be read (${reason})${frozen ? FROZEN : ''}`, {
      where: aggregate,
      next: `run the release of ork that wrote it, or look at it with \`ork quarantine show ${seq}\``,
    }),
  )
  const more = quarantinedCount - quarantined.length
  if (more > 0)
    problems.push(
      orkError('Quarantined', `${more} more like these`, {
        next: '`ork quarantine list` shows all of them',
      }),
    )
  return problems
}

/** The cluster at a glance, and everything that is not well. */
export const renderStatus = (status: Status, problems: readonly OrkError[], look: EventLook): string => {
  const { colours } = look
  const view = newest(status.services)
  const { log } = status
  const well =
    problems.length === 0 ? colours.green('well') : colours.red(`not well: ${count(problems.length, 'problem')}`)
  const pairs: (readonly [string, string])[] = [
    ['Cluster', well],
    ['Log', `${log.lastSeq} events, ${formatBytes(log.bytes)}, ${count(log.replicas, 'replica')}${leaderOf(log)}`],
    ['Server', `nats-server ${escapeText(log.serverVersion)}`],
  ]
  if (view !== undefined) {
    pairs.push(
      ['Jobs', renderCounts(view.jobs, colours)],
      ['Instances', renderCounts(view.instances, colours)],
      ['Workers', renderCounts(view.workers, colours)],
      ['Ignored', `${view.ignored.stale} of an old epoch, ${view.ignored.illegal} out of order`],
    )
  }
  const sections = [renderPairs(pairs), servicesTable(status, look)]
  if (problems.length > 0) sections.push(problems.map((problem) => renderProblem(problem, look)).join('\n'))
  return sections.join('\n\n')
}

const leaderOf = ({ leader, stream }: LogInfo): string =>
  `, stream ${escapeText(stream)}${leader === null ? '' : ` led by ${escapeText(leader)}`}`

const servicesTable = ({ services, log }: Status, { colours }: EventLook): string =>
  renderTable(
    ['SERVICE', 'LEADS', 'EPOCH', 'LAG', 'UP', 'VERSION'],
    [...services]
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

const renderProblem = ({ where, what, next }: OrkError, { colours }: EventLook): string => {
  const head = `${colours.red('!')} ${escapeText(where === undefined ? what : `${where}: ${what}`)}`
  return next === undefined ? head : `${head}\n  ${escapeText(next)}`
}
