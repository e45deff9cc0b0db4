import type { Filter } from './filter'

/** The worker must offer the driver that the task asks for, and its engine must answer. */
export const driver: Filter = {
  name: 'driver',
  about: 'worker',
  rejects: ({ task }, { worker }) => {
    const asked = task.spec.driver
    if (!worker.drivers.includes(asked)) {
      return `driver ${asked} is not offered, it has ${worker.drivers.join(', ') || 'none'}`
    }
    return worker.silentDrivers.includes(asked) ? `its engine ${asked} does not answer` : null
  },
  remedy: ({ task }, { worker }) =>
    worker.drivers.includes(task.spec.driver)
      ? `its engine ${task.spec.driver} to answer`
      : `the driver ${task.spec.driver}`,
}
