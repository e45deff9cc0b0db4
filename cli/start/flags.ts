import { Flags } from '@oclif/core'
import { isName, orkError } from '#libs/kernel'
import type { ConnectOptions } from '#libs/log'
import { parseServers } from '../client/servers'
import { UsageFailure } from '../failure'
import { machineName } from './names'

/** What is to be said of a manager and a scheduler alike. */
export const ledDescription =
  'Any number may run; one of them leads, the others follow the log and take over when it is gone. ' +
  'Logs are JSON lines on standard error (ORK_LOG_LEVEL: debug, info, warn, error). SIGTERM ends it in order.'

/** What the commands that run one service have in common. */
export const serviceFlags = {
  name: Flags.string({
    description: 'Name of this service, unique in its role [default: the name of this machine]',
    helpValue: 'NAME',
  }),
  grace: Flags.integer({
    description: 'Seconds that an orderly end may take',
    default: 30,
    min: 1,
    helpValue: 'SECONDS',
  }),
  replicas: Flags.string({
    description: 'Keep a new log on so many servers; `ork cluster resize-log` changes one that is there',
    options: ['1', '3'],
    env: 'ORK_REPLICAS',
  }),
  relaxed: Flags.boolean({
    description: 'The servers do not sync every write to disk; only asked when the log is made',
    env: 'ORK_RELAXED',
  }),
}

/** The values of those flags. */
export interface ServiceFlags {
  readonly nats: string | undefined
  readonly prefix: string
  readonly name: string | undefined
  readonly replicas: string | undefined
  readonly relaxed: boolean
  readonly grace: number
}

/** The name to run under. Throws UsageFailure where the given one is not a name. */
export const serviceName = ({ name }: ServiceFlags): string => {
  if (name === undefined) return machineName()
  if (isName(name)) return name
  throw new UsageFailure(
    orkError('BadName', `"${name}" is not a name`, {
      where: '--name',
      next: 'names are small letters, digits and dashes, at most 63, e.g. m1',
    }),
  )
}

/** How a service reaches the log. A service does not guess where that is: it must be told. */
export const connectOptions = (role: string, flags: ServiceFlags): ConnectOptions => {
  if (flags.nats === undefined) {
    throw new UsageFailure(
      orkError('NoServer', `ork ${role} needs to know its nats-server`, {
        where: '--nats',
        next: 'e.g. --nats nats://10.0.0.1:4222 (several with commas), or ORK_NATS_URL; `ork dev` brings one of its own',
      }),
    )
  }
  const { servers, login } = parseServers(flags.nats)
  return {
    servers,
    ...login,
    prefix: flags.prefix,
    name: `${role}/${serviceName(flags)}`,
    sync: flags.relaxed ? 'relaxed' : 'always',
    create: role !== 'worker',
    ...(flags.replicas === undefined ? {} : { replicas: flags.replicas === '3' ? 3 : 1 }),
  }
}
