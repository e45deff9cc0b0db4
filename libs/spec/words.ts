import { NAME } from '#libs/kernel'
import { DEPENDENCY_CONDITIONS, PLACEMENT_POLICIES } from './model'
import { integer, matching, oneOf, orElse } from './shapes'

/** A name that is one NATS token and one DNS label. */
export const NAME_RULE = { expected: 'a name of a-z, 0-9 and inner "-", at most 63 characters', pattern: NAME }
export const nameShape = matching(NAME_RULE.expected, NAME_RULE.pattern)

/** Environment variables: what shells take, and the dots and dashes that Java programs use. */
export const ENV_NAME = {
  expected: 'a variable name of letters, digits, "_", "." and "-" that starts with a letter or "_"',
  pattern: /^[A-Za-z_][A-Za-z0-9_.-]{0,254}$/,
}

/** Minute, hour, day, month, weekday; what each may say is croner's to know. */
export const SCHEDULE = {
  expected: 'five fields such as `*/5 * * * *`',
  pattern: /^[0-9A-Za-z*/,#?+-]{1,100}( [0-9A-Za-z*/,#?+-]{1,100}){4}$/,
}

export const TIME_ZONE = {
  expected: 'a time zone such as Europe/Berlin',
  pattern: /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/,
}

/** Devices that are counted, e.g. `gpu`. */
export const DEVICE_NAME = {
  expected: 'a name of a-z, 0-9 and inner "-", at most 63 characters',
  pattern: NAME,
}

export const kindShape = oneOf(['service', 'batch', 'system', 'cron'])
export const driverShape = oneOf(['docker', 'process', 'simulated'])
export const placementPolicyShape = oneOf(PLACEMENT_POLICIES)
export const protocolShape = oneOf(['tcp', 'udp'])
export const overlapShape = oneOf(['allow', 'forbid', 'replace'])
export const disconnectShape = oneOf(['replace', 'wait', 'stop'])
export const conditionShape = oneOf(DEPENDENCY_CONDITIONS)
export const orderShape = oneOf(['stop-first', 'start-first'])
export const policyShape = oneOf(['always', 'on-failure', 'never'])

/** Signals that docker and the process driver both know by name and that may end a process. */
export const signalShape = oneOf<string>([
  'SIGTERM',
  'SIGINT',
  'SIGQUIT',
  'SIGHUP',
  'SIGUSR1',
  'SIGUSR2',
  'SIGWINCH',
  'SIGABRT',
  'SIGALRM',
  'SIGKILL',
])

/** What follows the port in a URL: no spaces, no control characters. */
export const pathShape = matching('a path such as /health, without spaces', /^\/[!-~]{0,1023}$/)
export const schemeShape = oneOf(['http', 'https'])
export const statusShape = integer({ min: 100, max: 599 })
export const HEADER_NAME = {
  expected: 'a header name of letters, digits and "-"',
  pattern: /^[A-Za-z][A-Za-z0-9-]{0,63}$/,
}
/** No line breaks: what follows one would be another header. */
export const headerShape = matching('one line of printable text', /^[ -~]{0,1024}$/)
export const portNameShape = orElse(integer({ min: 1, max: 65535 }), nameShape)
