import { DEFAULT_LIVENESS } from '../../../../services/manager/core/liveness'
import type { Invariant } from './invariant'

/**
 * Measured by the simulator's own time: no manager gives a worker up, or suspects it, whose heartbeat it has just heard,
 * or while it has not been there, or connected, for long enough to hear one.
 */
export const silence: Invariant = {
  name: 'no worker is given up that was heard of',
  watch: (world, fail) => {
    const beganAt = new Map<string, number>()
    const heardAt = new Map<string, number>()
    const silentMs = (process: string, worker: string): number =>
      world.time.now - Math.max(beganAt.get(process) ?? 0, heardAt.get(`${process} ${worker}`) ?? 0)
    return {
      began: (process) => void beganAt.set(process, world.time.now),
      heard: (process, worker) => void heardAt.set(`${process} ${worker}`, world.time.now),
      asked: (process, event) => {
        if (event.type !== 'WorkerSuspected' && event.type !== 'WorkerLost') return
        const { suspectAfterMs, lostAfterMs } = DEFAULT_LIVENESS
        const patienceMs = event.type === 'WorkerLost' ? lostAfterMs : suspectAfterMs
        const ms = silentMs(process, event.data.worker)
        if (ms < patienceMs) fail(`${event.type} of ${event.data.worker} by ${process}, which heard of it ${ms} ms ago`)
      },
    }
  },
}
