import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { OrkFailure } from '#libs/kernel'
import { ID, news, running } from '../../../libs/testing/workerStory'
import type { WorkerView } from '../core'
import { findHeld } from './held'

const refusal = (view: WorkerView): string => {
  try {
    findHeld(view, new Map(), { id: ID, attempt: null })
  } catch (cause) {
    if (cause instanceof OrkFailure) return cause.error.what
    throw cause
  }
  throw new Error('it was found')
}

test('who asks for the logs of what was stopped hears that they went with its container', () => {
  const sim = running()
  sim.log.stopJob('web')
  news(sim)
  sim.relist()
  news(sim)
  assert.is(refusal(sim.view), 'web.api.0 was stopped: worker w1 has removed its container, and what it wrote with it')
})

test.run()
