import { NAME } from '#libs/kernel'
import { PLACEMENT_POLICIES } from './model'
import { matching, oneOf } from './shapes'

/** A name that is one NATS token and one DNS label. */
export const nameShape = matching('a name of a-z, 0-9 and inner "-", at most 63 characters', NAME)

/** Environment variables: what shells take, and the dots and dashes that Java programs use. */
export const ENV_NAME = {
  expected: 'a variable name of letters, digits, "_", "." and "-" that starts with a letter or "_"',
  pattern: /^[A-Za-z_][A-Za-z0-9_.-]{0,254}$/,
}

export const kindShape = oneOf(['service', 'batch'])
export const driverShape = oneOf(['docker', 'process', 'simulated'])
export const placementPolicyShape = oneOf(PLACEMENT_POLICIES)
export const protocolShape = oneOf(['tcp', 'udp'])
export const disconnectShape = oneOf(['replace', 'wait', 'stop'])
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
