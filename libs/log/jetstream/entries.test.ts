import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { pathOf } from '#libs/events'
import { aFact } from '../../testing/logEvents'
import { toEntry } from './entries'

const event = aFact(0, 'web', 'w1')
const read = (subject: string) => toEntry('ork', 7, JSON.stringify(event), subject)

test('an event that stands where it belongs is read', () => {
  assert.equal(read(`ork.${pathOf(event)}`), { seq: 7, event })
})

test('a worker cannot speak for another one, nor of anything else, from its own subject', () => {
  for (const path of [
    'events.task.web.api.0.w2.TaskCompleted',
    'events.task.web.api.1.w1.TaskCompleted',
    'events.worker.w1.WorkerLeft',
  ]) {
    const { seq, event: found } = read(`ork.${path}`)
    assert.is(seq, 7)
    assert.ok(found.type === 'Unreadable' && found.error.tag === 'WrongPlace' && found.path === path)
  }
})

test.run()
