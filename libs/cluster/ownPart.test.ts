import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { given } from '../testing/given'
import { aJob, on, registered, submitted } from '../testing/happenings'
import { keepOwnPart } from './index'

test('what failed elsewhere waits, as far as a worker can tell, so that it may be placed anew on this one', () => {
  const failed = on('web.api.0', 'w1')
  const story = given(registered(), registered('w2'), submitted(aJob()), failed.scheduled(), failed.started())
  story.when(failed.exited(), failed.failed())
  assert.equal(story.instances, { 'web.api.0': 'failed' })
  keepOwnPart(story.cluster, 'w2')
  assert.equal(story.instances, { 'web.api.0': 'pending' })
  assert.equal(story.when(on('web.api.0', 'w2', 2).scheduled()).instances, { 'web.api.0': 'scheduled w2#2' })
})

test('what failed on the worker itself stays failed', () => {
  const failed = on('web.api.0', 'w1')
  const story = given(registered(), submitted(aJob()), failed.scheduled(), failed.started(), failed.exited())
  story.when(failed.failed())
  keepOwnPart(story.cluster, 'w1')
  assert.equal(story.instances, { 'web.api.0': 'failed' })
})

test.run()
