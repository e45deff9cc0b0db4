import { resolve } from 'node:path'
import { Flags } from '@oclif/core'
import { isName, orkError, type ResourceName, type Resources } from '#libs/kernel'
import { UsageFailure } from '../failure'

/** What a worker lets jobs have of its machine, and where its secrets are. */
export const provisionFlags = {
  overcommit: Flags.string({
    description: 'Promise cpu, memory or disk so many times over, e.g. cpu=2; may be repeated [default: once]',
    helpValue: 'RESOURCE=TIMES',
    multiple: true,
    multipleNonGreedy: true,
  }),
  device: Flags.string({
    description: 'Devices that a worker has to give, by their kind, e.g. gpu=2; may be repeated [default: none]',
    helpValue: 'KIND=N',
    multiple: true,
    multipleNonGreedy: true,
  }),
  'allow-path': Flags.string({
    description: 'Folder, file or device of this machine that jobs may mount; may be repeated [default: none]',
    helpValue: 'PATH',
    multiple: true,
    multipleNonGreedy: true,
  }),
  'allow-capability': Flags.string({
    description: 'Capability that jobs may add to the usual ones, e.g. NET_ADMIN; may be repeated [default: none]',
    helpValue: 'NAME',
    multiple: true,
    multipleNonGreedy: true,
  }),
  secrets: Flags.string({
    description: 'Folder with a file for each secret that jobs may refer to [default: none]',
    helpValue: 'DIR',
  }),
}

/** `gpu=2` pairs to a record. Throws where one is not a pair. */
const parseDevices = (pairs: readonly string[]): Record<string, number> => {
  const devices: Record<string, number> = {}
  for (const pair of pairs) {
    const [kind = '', count = '', ...more] = pair.split('=')
    if (!isName(kind) || !/^\d{1,4}$/.test(count) || more.length > 0) {
      const next = 'write it as kind=number, e.g. gpu=2'
      throw new UsageFailure(orkError('BadDevice', `"${pair}" is not a number of devices`, { where: '--device', next }))
    }
    devices[kind] = Number(count)
  }
  return devices
}

const OVERCOMMITTED: Readonly<Record<string, ResourceName>> = {
  cpu: 'cpuMilli',
  memory: 'memoryBytes',
  disk: 'diskBytes',
}

/** `cpu=2` pairs to percents. Throws where one is not a resource and a number from 1 to 100. */
const parseOvercommit = (pairs: readonly string[]): Readonly<Partial<Resources>> => {
  const overcommit: { -readonly [name in ResourceName]?: number } = {}
  for (const pair of pairs) {
    const [, resource = '', times = ''] = /^(cpu|memory|disk)=(\d{1,3}(?:\.\d{1,2})?)$/.exec(pair) ?? []
    const [name, factor] = [OVERCOMMITTED[resource], Number(times)]
    if (name === undefined || factor < 1 || factor > 100) {
      const next = 'write cpu, memory or disk and a number from 1 to 100, e.g. cpu=2'
      throw new UsageFailure(
        orkError('BadOvercommit', `"${pair}" does not say how often to promise what`, { where: '--overcommit', next }),
      )
    }
    overcommit[name] = Math.round(factor * 100)
  }
  return overcommit
}

interface ProvisionFlags {
  readonly 'allow-path'?: readonly string[] | undefined
  readonly 'allow-capability'?: readonly string[] | undefined
  readonly secrets?: string | undefined
  readonly overcommit?: readonly string[] | undefined
  readonly device?: readonly string[] | undefined
}

/** What those flags come to for `startWorker`. Throws where one cannot be read. */
export const provisionsOf = (flags: ProvisionFlags) => ({
  overcommit: parseOvercommit(flags.overcommit ?? []),
  devices: parseDevices(flags.device ?? []),
  access: {
    paths: (flags['allow-path'] ?? []).map((path) => resolve(path)),
    capabilities: (flags['allow-capability'] ?? []).map((name) => name.toUpperCase().replace(/^CAP_/, '')),
  },
  ...(flags.secrets === undefined ? {} : { secrets: resolve(flags.secrets) }),
})

export type WorkerProvisions = ReturnType<typeof provisionsOf>
