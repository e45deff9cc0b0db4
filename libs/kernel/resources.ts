import { formatBytes, formatCores } from './units'

/** What an instance asks for and a worker has. CPU in thousandths of a core, the rest in bytes; integers. */
export interface Resources {
  readonly cpuMilli: number
  readonly memoryBytes: number
  readonly diskBytes: number
}

export type ResourceName = keyof Resources

/** In the order in which people are told about them. */
export const RESOURCE_NAMES: readonly ResourceName[] = ['cpuMilli', 'memoryBytes', 'diskBytes']

export const NO_RESOURCES: Resources = { cpuMilli: 0, memoryBytes: 0, diskBytes: 0 }

/** For people: `0.5 cores`, `2 GiB memory`, `1 GiB disk`. */
export const formatResource = (name: ResourceName, amount: number): string => {
  switch (name) {
    case 'cpuMilli':
      return formatCores(amount)
    case 'memoryBytes':
      return `${formatBytes(amount)} memory`
    case 'diskBytes':
      return `${formatBytes(amount)} disk`
  }
}

/** Both together. */
export const addResources = (a: Resources, b: Resources): Resources => ({
  cpuMilli: a.cpuMilli + b.cpuMilli,
  memoryBytes: a.memoryBytes + b.memoryBytes,
  diskBytes: a.diskBytes + b.diskBytes,
})

/** What is left of the first; may be below zero. */
export const subtractResources = (a: Resources, b: Resources): Resources => ({
  cpuMilli: a.cpuMilli - b.cpuMilli,
  memoryBytes: a.memoryBytes - b.memoryBytes,
  diskBytes: a.diskBytes - b.diskBytes,
})
