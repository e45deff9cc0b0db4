import { type Led, orkVersion, type StartLedOptions, startLed } from '#libs/runtime'
import { type SchedulerView, schedulerCore } from './core'
import { serveApi } from './shell/api'

export type StartSchedulerOptions = Pick<
  StartLedOptions<SchedulerView>,
  'connection' | 'name' | 'logger' | 'lease' | 'machine'
>

/** Starts a scheduler; resolves when it has caught up with the log and explains its decisions. */
export const startScheduler = (options: StartSchedulerOptions): Promise<Led<SchedulerView>> =>
  startLed({ ...options, role: 'scheduler', version: orkVersion(), core: schedulerCore() }, serveApi)
