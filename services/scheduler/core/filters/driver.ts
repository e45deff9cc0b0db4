import type { Filter } from './filter'

/** The worker must offer the driver that the task asks for. */
export const driver: Filter = {
  name: 'driver',
  about: 'worker',
  rejects: ({ task }, { worker }) =>
    worker.drivers.includes(task.spec.driver)
      ? null
      : `driver ${task.spec.driver} is not offered, it has ${worker.drivers.join(', ') || 'none'}`,
}
