import type { Instance } from '#libs/cluster'
import type { Candidate, Filter } from './filter'

/** Devices that are counted, such as `gpu`, are each given to one instance. */
export const devices: Filter = {
  name: 'devices',
  about: 'instance',
  rejects: (instance, candidate) => {
    const [short] = shortOf(instance, candidate)
    return short === undefined
      ? null
      : `asks for ${short.asked} ${short.name}, ${Math.max(0, short.free)} of ${short.has} free`
  },
  remedy: (instance, candidate) => {
    const short = shortOf(instance, candidate)
    if (short.some(({ asked, has }) => asked > has)) return null
    return short.map(({ name, asked, free }) => `${asked - free} more ${name}`).join(' and ')
  },
}

const shortOf = ({ task }: Instance, { worker, reservedDevices }: Candidate) =>
  Object.entries(task.spec.resources.devices ?? {})
    .map(([name, asked]) => {
      const has = worker.devices[name] ?? 0
      return { name, asked, has, free: has - (reservedDevices.get(name) ?? 0) }
    })
    .filter(({ asked, free }) => asked > free)
