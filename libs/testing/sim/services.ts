import pino from 'pino'
import { type Cluster, type Core, keepOwnPart, type LedRole } from '#libs/cluster'
import { NO_RESOURCES } from '#libs/kernel'
import type { Connection } from '#libs/log'
import { LedService, type LedServiceOptions, type Machine } from '#libs/runtime'
import { managerCore } from '../../../services/manager/core'
import { serveApi as serveManagerApi } from '../../../services/manager/shell/api'
import { schedulerCore } from '../../../services/scheduler/core'
import { serveApi as serveSchedulerApi } from '../../../services/scheduler/shell/api'
import type { WorkerOptions } from '../../../services/worker/shell/options'
import { Worker } from '../../../services/worker/shell/worker'
import type { Disk } from './disk'
import type { Engine } from './engine'
import { labelsOf } from './labels'
import { networkOf } from './machines'
import type { Start, Surroundings } from './node'
import type { Process } from './process'
import { Random } from './random'

const logger = pino({ level: 'silent' })

const machineOf = ({ plant }: Surroundings, process: Process, role: LedRole | 'worker'): Machine =>
  plant.machine?.(process.machine, role) ?? process.machine

/** The real core, or what a planted bug makes of it; tells of its view. */
const coreOf = <View extends { readonly cluster: Cluster }>(
  { plant }: Surroundings,
  real: Core<View>,
  role: LedRole,
  onView: (cluster: Cluster) => void,
): Core<View> => {
  const core = plant.core?.(real, role) ?? real
  const initial = (cluster: Cluster): View => {
    const view = core.initial(cluster)
    onView(view.cluster)
    return view
  }
  return { ...core, initial }
}

/** As `startLed` does, but from a snapshot of the simulator's. */
const startLed = async <View extends { readonly cluster: Cluster }>(
  options: LedServiceOptions<View>,
  serveApi: (connection: Connection, service: LedService<View>, name: string) => Promise<{ stop(): Promise<void> }>,
  onEnded: () => void,
): Promise<{ stop(): Promise<void> }> => {
  const service = new LedService(options)
  void service.ended.then(onEnded)
  await service.start()
  const api = await serveApi(options.connection, service, options.name)
  return { stop: () => api.stop().finally(() => service.stop()) }
}

export const startManager =
  (around: Surroundings, name: string): Start =>
  (connection, process, random, tell) => {
    const core = coreOf(around, managerCore(), 'manager', tell.view)
    const machine = machineOf(around, process, 'manager')
    const cluster = around.snapshots.choose(random, around.servers.store.firstSeq)
    return startLed(
      { connection, role: 'manager', name, version: '1', core, logger, machine, cluster },
      serveManagerApi,
      tell.end,
    )
  }

export const startScheduler =
  (around: Surroundings, name: string): Start =>
  (connection, process, random, tell) => {
    const core = coreOf(around, schedulerCore(), 'scheduler', tell.view)
    const machine = machineOf(around, process, 'scheduler')
    const cluster = around.snapshots.choose(random, around.servers.store.firstSeq)
    return startLed(
      { connection, role: 'scheduler', name, version: '1', core, logger, machine, cluster },
      serveSchedulerApi,
      tell.end,
    )
  }

export const startWorker =
  (
    around: Surroundings,
    name: string,
    engine: Engine,
    disk: Disk,
    has: Pick<WorkerOptions, 'capacity' | 'devices'>,
  ): Start =>
  async (connection, process, random, tell) => {
    const moods = new Random(around.seed, `moods ${process.name}`)
    const reached = engine.reachedBy(process, random, moods, around.weather)
    const driver = around.plant.driver?.(reached) ?? reached
    const cluster = around.snapshots.choose(random, around.servers.store.firstSeq)
    keepOwnPart(cluster, name)
    const worker = new Worker({
      cluster,
      connection,
      name,
      version: '1',
      host: name,
      labels: labelsOf(name),
      network: networkOf(around.seed, name),
      drivers: [driver],
      ...has,
      measureUse: async () => NO_RESOURCES,
      logger,
      journal: disk.openedBy(process, random),
      machine: machineOf(around, process, 'worker'),
    })
    tell.view(worker.view.cluster)
    void worker.ended.then(tell.end)
    await worker.start()
    return worker
  }
