import * as E from 'fp-ts/Either'
import type { DriverError } from '#libs/drivers'
import type { Effect, Observation } from '../../services/worker/core'
import type { SimulatedEngine } from './simulatedEngine'

const UNREACHABLE: DriverError = { tag: 'Unreachable', what: 'the engine does not answer' }

/** Has the engine do what a worker's core asks for; the observation that the worker's shell would make of it. */
export const carryOut = (engine: SimulatedEngine, effect: Effect): Observation => {
  const { ref, driver } = effect
  switch (effect.tag) {
    case 'Run': {
      const ran = engine.run(ref, effect.spec)
      return E.isLeft(ran) ? { tag: 'NotRun', driver, ref, error: ran.left } : { tag: 'Ran', ref, container: ran.right }
    }
    case 'Pull':
      if (effect.image.startsWith('no/'))
        return { tag: 'Pulled', driver, ref, error: { tag: 'ImageMissing', what: 'no such image' } }
      engine.images.add(effect.image)
      return { tag: 'Pulled', driver, ref, error: null }
    case 'Stop':
      return { tag: 'StopDone', driver, ref, exit: engine.stop(ref) }
    case 'Probe':
      return { tag: 'Probed', driver, ref, found: engine.probe(ref) }
    case 'Remove':
      engine.remove(ref)
      return { tag: 'RemoveDone', driver, ref, error: null }
  }
}

/** The observation of a worker whose engine did not answer, whether or not it did what it was asked for. */
export const unanswered = (effect: Effect): Observation => {
  const { ref, driver } = effect
  switch (effect.tag) {
    case 'Run':
      return { tag: 'NotRun', driver, ref, error: UNREACHABLE }
    case 'Pull':
      return { tag: 'Pulled', driver, ref, error: UNREACHABLE }
    case 'Stop':
      return { tag: 'StopDone', driver, ref, exit: UNREACHABLE }
    case 'Probe':
      return { tag: 'Probed', driver, ref, found: UNREACHABLE }
    case 'Remove':
      return { tag: 'RemoveDone', driver, ref, error: UNREACHABLE }
  }
}
