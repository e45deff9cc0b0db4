import * as E from 'fp-ts/Either'
import type { Resources } from '#libs/kernel'
import type { TaskResources } from '../model'
import { defaulted, type Finding, integer, optional, record, refined, Shape, struct } from '../shapes'
import { DEVICE_NAME } from '../words'
import { bytes, cores } from './units'

/** What an instance gets when its task does not say: small, so that a first job fits on any machine. */
export const DEFAULT_RESOURCES: Resources = { cpuMilli: 100, memoryBytes: 128 * 2 ** 20, diskBytes: 0 }

/** Below these Docker refuses a limit or takes it for none. */
const MIN_CPU_MILLI = 10
const MIN_MEMORY_BYTES = 6 * 2 ** 20

/** As it is written: `gpu: 1` is one of the devices. */
type ResourcesFile = TaskResources & { readonly gpu?: number }

const someOf = integer({ min: 1, max: 1_000 })

const fields = struct<ResourcesFile>('a map with `cpu`, `memory` and `disk`', {
  cpuMilli: defaulted(cores({ min: MIN_CPU_MILLI, max: 4_096_000 }), DEFAULT_RESOURCES.cpuMilli, {
    key: 'cpu',
    doc: 'Share of the processors, kept free for each instance and its limit.',
    example: 0.5,
    unit: 'cores',
    synonyms: ['cpus', 'cores', 'vcpu', 'nano_cpus'],
  }),
  memoryBytes: defaulted(bytes({ min: MIN_MEMORY_BYTES, max: 1024 * 2 ** 40 }), DEFAULT_RESOURCES.memoryBytes, {
    key: 'memory',
    doc: 'Memory kept free for each instance; one that takes more is killed, unless `memoryLimit` is more.',
    example: '512MiB',
    unit: 'bytes with unit',
    synonyms: ['mem', 'ram', 'mem_limit'],
  }),
  memoryLimitBytes: optional(bytes({ min: MIN_MEMORY_BYTES, max: 1024 * 2 ** 40 }), {
    key: 'memoryLimit',
    doc: 'Memory that an instance may take where its machine has it to spare; one that takes more is killed.',
    example: '1GiB',
    unit: 'bytes with unit',
    otherwise: '`memory`',
    synonyms: ['memory_max', 'memory_limit', 'max_memory'],
  }),
  diskBytes: defaulted(bytes({ min: 0, max: 1024 * 2 ** 40 }), DEFAULT_RESOURCES.diskBytes, {
    key: 'disk',
    doc: 'Disk space kept free for each instance.',
    example: '1GiB',
    unit: 'bytes with unit',
    synonyms: ['storage', 'ephemeral-storage', 'size'],
  }),
  gpu: optional(someOf, {
    doc: 'How many of the devices that workers offer as `gpu`.',
    example: 1,
    otherwise: '0',
    synonyms: ['gpus'],
  }),
  devices: optional(
    record('a map of names to amounts', DEVICE_NAME, someOf, () => 'write a map: `devices: {fpga: 1}`'),
    {
      doc: 'How many of the devices that workers offer, by their names; an instance has them for itself.',
      example: { fpga: 1 },
      otherwise: 'none',
    },
  ),
})

const rules = ({ memoryBytes, memoryLimitBytes, gpu, devices }: ResourcesFile): readonly Finding[] => [
  ...(memoryLimitBytes !== undefined && memoryLimitBytes < memoryBytes
    ? [{ at: ['memoryLimit'], what: '`memoryLimit` is less than `memory`', next: 'make it at least as much' }]
    : []),
  ...(gpu !== undefined && devices?.gpu !== undefined
    ? [{ at: ['gpu'], what: '`gpu` is among the `devices` already', next: 'remove one of them' }]
    : []),
]

const read = refined(fields, rules)

const complete = ({ gpu, devices, ...rest }: ResourcesFile): TaskResources => {
  const all = { ...(gpu === undefined ? {} : { gpu }), ...devices }
  return Object.keys(all).length === 0 ? rest : { ...rest, devices: all }
}

export const resourcesShape: Shape<TaskResources> = new Shape<TaskResources>(
  read.about,
  (value): value is TaskResources => read.is(value) && value.gpu === undefined,
  (value, context) => E.map(complete)(read.validate(value, context)),
  (value) => read.encode(value),
)
