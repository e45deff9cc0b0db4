import { LEFTOVER_STOP } from './cleanUp'
import type { Effect } from './dialogue'
import { assignmentAt, type WorkerView } from './view'

/**
 * What a worker that was succeeded has to stop: all that runs on engines that its successor does not have, since that
 * one runs it again. What is on an engine of both is its successor's from here on.
 */
export const retreat = (view: WorkerView): readonly Effect[] => {
  const effects: Effect[] = []
  for (const [id, attempts] of view.containers) {
    for (const { ref, driver, state } of attempts) {
      const own = view.identities[driver]
      if (state === 'exited' || (own !== undefined && own === view.successor?.engines[driver])) continue
      const { signal, graceMs } = assignmentAt(view, id, ref.placement)?.spec.stop ?? LEFTOVER_STOP
      effects.push({ tag: 'Stop', driver, ref, signal, graceMs })
    }
  }
  return effects
}
