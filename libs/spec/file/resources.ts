import type { Resources } from '#libs/kernel'
import type { TaskResources } from '../model'
import { defaulted, optional, refined, type Shape, struct } from '../shapes'
import { bytes, cores } from './units'

/** What an instance gets when its task does not say: small, so that a first job fits on any machine. */
export const DEFAULT_RESOURCES: Resources = { cpuMilli: 100, memoryBytes: 128 * 2 ** 20, diskBytes: 0 }

/** Below these Docker refuses a limit or takes it for none. */
const MIN_CPU_MILLI = 10
const MIN_MEMORY_BYTES = 6 * 2 ** 20

const fields = struct<TaskResources>('a map with `cpu`, `memory` and `disk`', {
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
})

export const resourcesShape: Shape<TaskResources> = refined(fields, ({ memoryBytes, memoryLimitBytes }) =>
  memoryLimitBytes !== undefined && memoryLimitBytes < memoryBytes
    ? [{ at: ['memoryLimit'], what: '`memoryLimit` is less than `memory`', next: 'make it at least as much' }]
    : [],
)
