import { resolve } from 'node:path'
import { Flags } from '@oclif/core'
import { isName, orkError } from '#libs/kernel'
import { UsageFailure } from '../failure'

/** What a worker lets jobs have of its machine, and where its secrets are. */
export const provisionFlags = {
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

/** The flag `--device` of `ork worker`. */
export const deviceFlag = Flags.string({
  description: 'Devices that this worker has to give, by their kind, e.g. gpu=2; may be repeated',
  helpValue: 'KIND=N',
  multiple: true,
  multipleNonGreedy: true,
})

/** `gpu=2` pairs to a record. Throws where one is not a pair. */
export const parseDevices = (pairs: readonly string[]): Record<string, number> => {
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

interface ProvisionFlags {
  readonly 'allow-path': readonly string[] | undefined
  readonly 'allow-capability': readonly string[] | undefined
  readonly secrets: string | undefined
}

/** What those flags come to for `startWorker`. */
export const provisionsOf = (flags: ProvisionFlags) => ({
  access: {
    paths: (flags['allow-path'] ?? []).map((path) => resolve(path)),
    capabilities: (flags['allow-capability'] ?? []).map((name) => name.toUpperCase().replace(/^CAP_/, '')),
  },
  ...(flags.secrets === undefined ? {} : { secrets: resolve(flags.secrets) }),
})

export type WorkerProvisions = ReturnType<typeof provisionsOf>
