import { mostForOne } from '#libs/cluster'
import { formatBytes, formatCpu, type ResourceName } from '#libs/kernel'
import type { Filter } from './filter'

const fits = (name: string, key: ResourceName, format: (amount: number) => string, unit: string): Filter => ({
  name,
  about: 'room',
  rejects: (instance, { askedBy, followersOf, free, worker }) => {
    const asked = askedBy(instance)[key]
    if (asked <= free[key]) return null
    const most = mostForOne(worker, key)
    const asks = `${followersOf(instance).length > 0 ? 'its replica asks' : 'asks'} for ${format(asked)}${unit}`
    if (asked > most && asked <= worker.capacity[key]) return `${asks}, its machine has ${format(most)}${unit}`
    return `${asks}, ${format(Math.max(0, free[key]))}${unit} of ${format(worker.capacity[key])}${unit} free`
  },
  remedy: (instance, { askedBy, free, worker }) => {
    const asked = askedBy(instance)[key]
    return asked > mostForOne(worker, key) ? null : `${format(asked - free[key])} more ${name}`
  },
})

/**
 * What the instance asks for must be free: capacity less the sum of what is promised, never what is merely unused;
 * and its machine must have as much, however often that is promised. The first of a replica asks for all that follow it.
 */
export const cpu = fits('cpu', 'cpuMilli', formatCpu, ' cores')
export const memory = fits('memory', 'memoryBytes', formatBytes, '')
export const disk = fits('disk', 'diskBytes', formatBytes, '')
