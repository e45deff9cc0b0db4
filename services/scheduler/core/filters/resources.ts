import { mostForOne } from '#libs/cluster'
import { formatBytes, formatCores, formatCpu, type ResourceName } from '#libs/kernel'
import type { Filter } from './filter'

type Format = (amount: number) => string

const fits = (name: string, key: ResourceName, format: Format, bare: Format = format): Filter => ({
  name,
  about: 'room',
  rejects: (instance, { askedBy, followersOf, free, worker }) => {
    const asked = askedBy(instance)[key]
    if (asked <= free[key]) return null
    const most = mostForOne(worker, key)
    const asks = `${followersOf(instance).length > 0 ? 'its replica asks' : 'asks'} for ${format(asked)}`
    if (asked > most && asked <= worker.capacity[key]) return `${asks}, its machine has ${format(most)}`
    return `${asks}, ${bare(Math.max(0, free[key]))} of ${format(worker.capacity[key])} free`
  },
  remedy: (instance, { askedBy, free, worker }) => {
    const asked = askedBy(instance)[key]
    return asked > mostForOne(worker, key) ? null : `${bare(asked - free[key])} more ${name}`
  },
})

/**
 * What the instance asks for must be free: capacity less the sum of what is promised, never what is merely unused;
 * and its machine must have as much, however often that is promised. The first of a replica asks for all that follow it.
 */
export const cpu = fits('cpu', 'cpuMilli', formatCores, formatCpu)
export const memory = fits('memory', 'memoryBytes', formatBytes)
export const disk = fits('disk', 'diskBytes', formatBytes)
