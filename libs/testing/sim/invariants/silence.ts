import { DEFAULT_LIVENESS } from '../../../../services/manager/core/liveness'
import type { Invariant } from './invariant'

/** Measured by the simulator's own time: no manager gives a worker up, or suspects it, whose heartbeat it has just heard. */
export const silence: Invariant = {
  name: 'no worker is given up that was heard of',
  watch: (world, fail) => {
    const heardAt = new Map<string, number>()
    const silentMs = (manager: string, worker: string): number =>
      world.time.now - (heardAt.get(`${manager} ${worker}`) ?? Number.NEGATIVE_INFINITY)
    return {
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
