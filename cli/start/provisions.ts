import { resolve } from 'node:path'
import { Flags } from '@oclif/core'

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
