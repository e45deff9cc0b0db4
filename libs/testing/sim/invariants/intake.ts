import { idOf } from '#libs/cluster'
import { instanceId } from '#libs/kernel'
import type { Invariant } from './invariant'

/**
 * Nothing is placed on a worker by who knows that it is closed, no worker is called drained by who knows that something
 * is there, and nobody takes down what has time until a deadline before that has passed on the simulator's clock.
 * What crosses the word of the other is seen to at the end: a drained worker comes to be empty.
 */
export const intake: Invariant = {
  name: 'a closed worker is given nothing, and a drained one is empty',
  watch: ({ truth, time }, fail) => {
    const decidedAt = new Map<string, number>()
    const closedAt = new Map<string, { readonly seq: number; readonly ms: number }>()
    return {
      asked: (_, event, seq) => void decidedAt.set(event.id, seq),
      stored: ({ seq, event, took }) => {
        if (took !== 'effect' || !('worker' in event.data)) return
        const worker = truth.workers.get(event.data.worker)
        if (worker === undefined) return
        const known = decidedAt.get(event.id) ?? 0
        const closed = closedAt.get(worker.name)
        switch (event.type) {
          case 'WorkerUncordoned':
            return void closedAt.delete(worker.name)
          case 'WorkerCordoned':
          case 'WorkerDraining':
            return void closedAt.set(worker.name, { seq, ms: closed?.ms ?? time.now })
          case 'WorkerDrained': {
            const there = [...worker.instances].find(({ placedSeq }) => placedSeq <= known)
            return there && fail(`${worker.name} was called drained at ${seq}, with ${idOf(there)} on it`)
          }
          case 'TaskScheduled':
            if (closed === undefined || closed.seq > known) return
            return fail(
              `${instanceId(event.data)} was placed on ${worker.name} at ${seq}, which was closed at ${closed.seq}`,
            )
          case 'TaskStopRequested': {
            if (event.data.reason?.endsWith('its time is up') !== true || worker.seq > known) return
            const sinceMs = time.now - (closed?.ms ?? time.now)
            if (sinceMs >= (worker.drainDeadlineMs ?? Number.POSITIVE_INFINITY)) return
            return fail(
              `${instanceId(event.data)} was taken down at ${seq}, ${sinceMs} ms after ${worker.name} was closed`,
            )
          }
        }
      },
    }
  },
}
