import type { Now } from '#libs/cluster'
import type { WorkerView } from './view'
import type { Work } from './work'

/** So long an engine may be out of reach before the log is told: a restart of it is no news. */
const SILENT_MS = 3_000

/** Tells the log of engines that do not answer any more, and of those that do again. Returns when to look next. */
export const tellEngines = (view: WorkerView, now: Now, work: Work): number | null => {
  let wakeAt: number | null = null
  for (const [driver, engine] of view.engines) {
    const answers = engine.state === 'listed'
    engine.silentSince = answers ? null : (engine.silentSince ?? now.mono)
    if (!view.registered || answers !== engine.silenceTold) continue
    const dueAt = engine.silentSince === null ? now.mono : engine.silentSince + SILENT_MS
    if (now.mono < dueAt) {
      wakeAt = Math.min(wakeAt ?? dueAt, dueAt)
      continue
    }
    engine.silenceTold = !answers
    view.generation += 1
    work.facts.push({
      id: `${view.registration}/${driver}/${view.generation}`,
      instance: `driver ${driver}`,
      draft: { type: 'WorkerDriverChanged', data: { worker: view.name, driver, answers } },
    })
  }
  return wakeAt
}
