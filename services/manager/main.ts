import { type Led, orkVersion, type StartLedOptions, startLed } from '#libs/runtime'
import { type LivenessSettings, type ManagerView, managerCore } from './core'
import { serveApi } from './shell/api'

export type StartManagerOptions = Pick<
  StartLedOptions<ManagerView>,
  'connection' | 'name' | 'logger' | 'lease' | 'machine' | 'keeper'
> & {
  readonly liveness?: LivenessSettings
}

/** Starts a manager; resolves when it has caught up with the log and serves the API. */
export const startManager = ({ liveness, ...options }: StartManagerOptions): Promise<Led<ManagerView>> =>
  startLed({ ...options, role: 'manager', version: orkVersion(), core: managerCore(liveness) }, serveApi)
