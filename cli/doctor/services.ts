import type { StatusReply } from '#libs/api'
import type { LedRole } from '#libs/cluster'
import { formatDuration } from '#libs/kernel'
import { count } from '../render/sentence'
import type { ClockFact, Facts, Finding } from './facts'

const ROLES: readonly LedRole[] = ['manager', 'scheduler']

/** What is to be said of the services: who leads, who lags, who is there twice, whose clock is wrong. */
export const checkServices = (facts: Facts): readonly Finding[] => [
  ...ROLES.flatMap((role) => checkRole(role, facts)),
  ...checkAlarms(facts),
  ...checkLag(facts),
  ...checkNames(facts),
  ...checkClocks(facts),
]

const checkRole = (role: LedRole, { statuses }: Facts): readonly Finding[] => {
  const check = `${role}s`
  const own = statuses.filter(({ service }) => service.startsWith(`${role}/`))
  if (own.length === 0) {
    const until = role === 'manager' ? 'no job can be submitted or stopped until then' : 'nothing is placed until then'
    return [{ check, level: 'bad', what: `no ${role} answers`, next: `start one with \`ork ${role}\`; ${until}` }]
  }
  const leading = own.filter((one) => one.leading)
  const [leader] = leading
  const others = own.length - 1
  if (leader === undefined) {
    const next = 'one takes over within seconds; if this stays, look at its log'
    return [{ check, level: 'bad', what: `no ${role} leads`, next }]
  }
  if (leading.length > 1) {
    const what = `${leading.map(({ service }) => service).join(' and ')} each believe to lead: only what the newer epoch decides counts`
    return [{ check, level: 'warn', what, next: 'the older one is behind the log and gives way when it has caught up' }]
  }
  const stand = others === 0 ? 'nobody stands by' : `${others} ${others === 1 ? 'stands' : 'stand'} by`
  return [{ check, level: 'ok', what: `${leader.service} leads in epoch ${leader.leaders[role].epoch}, ${stand}` }]
}

const checkAlarms = ({ statuses }: Facts): readonly Finding[] =>
  statuses.flatMap(({ alarm, service }): Finding[] =>
    alarm === null ? [] : [{ check: 'alarm', level: 'bad', where: service, what: alarm }],
  )

/** Events behind the log: busy, and in trouble. */
const LAG = { warn: 1_000, bad: 10_000 }

const checkLag = ({ statuses, health, log }: Facts): readonly Finding[] => {
  const check = 'lag'
  const late = statuses.flatMap((one: StatusReply): Finding[] => {
    const lag = log.lastSeq - one.seq
    if (lag <= LAG.warn) return []
    const next = 'it may be starting; if this stays, restart it'
    const what = `is ${count(lag, 'event')} behind the log`
    return [{ check, level: lag > LAG.bad ? 'bad' : 'warn', where: one.service, what, next }]
  })
  const unsent = health.flatMap(({ service, unsent: facts = 0 }): Finding[] => {
    if (facts === 0) return []
    const next = 'they are kept and sent again; if this stays, look at its log'
    return [{ check, level: 'warn', where: service, what: `${count(facts, 'fact')} not in the log yet`, next }]
  })
  const found = [...late, ...unsent]
  if (statuses.length === 0) return found
  return found.length > 0 ? found : [{ check, level: 'ok', what: 'all services are up to the end of the log' }]
}

const checkNames = ({ health }: Facts): readonly Finding[] => {
  const check = 'names'
  const twice = [...new Set(health.map(({ service }) => service))].flatMap((name): Finding[] => {
    const own = health.filter(({ service }) => service === name)
    if (own.length < 2) return []
    const what = `is there ${own.length} times: ${own.map(({ host, pid }) => `process ${pid} on ${host}`).join(', ')}`
    return [{ check, level: 'bad', where: name, what, next: 'end all but one, or give each a name with --name' }]
  })
  return twice.length > 0 || health.length === 0
    ? twice
    : [{ check, level: 'ok', what: `${count(health.length, 'service')}, each with a name of its own` }]
}

/** Time-outs are measured on monotonic clocks: a wrong wall clock misleads people, and that of a server cron. */
const CLOCK = { warnMs: 1_000, badMs: 30_000 }

const checkClocks = ({ health, servers }: Facts): readonly Finding[] => {
  const check = 'clocks'
  const all = [
    ...health.map(({ service, host, clock }) => ({
      where: `${service} on ${host}`,
      clock,
      misleads: 'times in the log mislead',
    })),
    ...servers.map(({ name, clock }) => ({ where: `nats-server ${name}`, clock, misleads: 'cron jobs run by it' })),
  ]
  const off = all.flatMap(({ where, clock, misleads }): Finding[] => {
    const surely = Math.abs(clock.offsetMs) - clock.errorMs
    if (surely <= CLOCK.warnMs) return []
    const what = `its clock is ${clockText(clock)}: ${misleads}`
    const next = 'set the clocks of all machines by NTP; nothing else of ork depends on them'
    return [{ check, level: surely > CLOCK.badMs ? 'bad' : 'warn', where, what, next }]
  })
  if (off.length > 0 || all.length === 0) return off
  const [widest] = all.map(({ clock }) => Math.abs(clock.offsetMs) + clock.errorMs).sort((a, b) => b - a)
  return [{ check, level: 'ok', what: `all within ${formatDuration(widest ?? 0)} of this machine's` }]
}

/** `2.5s ahead of this machine's (± 3ms)`. */
const clockText = ({ offsetMs, errorMs }: ClockFact): string =>
  `${formatDuration(Math.abs(offsetMs))} ${offsetMs > 0 ? 'ahead of' : 'behind'} this machine's (± ${formatDuration(errorMs)})`
