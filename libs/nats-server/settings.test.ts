import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { EVENTS } from '#libs/events'
import { permissionsFor, streamSettings } from './settings'

/** Whether a filter with wildcards for whole tokens lets a subject through. */
const allows = (filter: string, subject: string): boolean => {
  const wanted = filter.split('.')
  const given = subject.split('.')
  const open = wanted.at(-1) === '>'
  if (open ? given.length < wanted.length : given.length !== wanted.length) return false
  return wanted.every((token, index) => token === '*' || (open && token === '>') || token === given[index])
}

const mayPublish = (role: 'manager' | 'scheduler' | 'worker', name: string, subject: string): boolean =>
  permissionsFor(role, name).publish.some((filter) => allows(filter, subject))

const ROLES = ['manager', 'scheduler', 'worker'] as const

/** A subject of an event as the service `name` of `role` would publish it. */
const subject = (type: keyof typeof EVENTS, role: string, name: string): string => {
  switch (EVENTS[type].topic) {
    case 'job':
      return `ork.events.job.web.${type}`
    case 'task':
      return `ork.events.task.web.api.0.${name}.${type}`
    case 'worker':
      return `ork.events.worker.${name}.${type}`
    case 'control':
      return `ork.events.control.${role}.${type}`
    case 'heartbeat':
      return `ork.heartbeats.${name}`
  }
}

test('each event may be written by its owner and by no other role', () => {
  for (const type of Object.keys(EVENTS) as (keyof typeof EVENTS)[]) {
    const { owner } = EVENTS[type]
    if (owner === 'candidate') continue
    for (const role of ROLES) {
      assert.is(mayPublish(role, 'a1', subject(type, owner, 'a1')), role === owner, `${type} by a ${role}`)
    }
  }
})

test('a leader may be elected in the manager and the scheduler by each itself', () => {
  assert.ok(mayPublish('manager', 'm1', 'ork.events.control.manager.LeaderElected'))
  assert.ok(mayPublish('scheduler', 's1', 'ork.events.control.scheduler.LeaderElected'))
  assert.not.ok(mayPublish('scheduler', 's1', 'ork.events.control.manager.LeaderElected'))
})

test('a worker may not speak for another worker, nor for one that is unplaced', () => {
  assert.ok(mayPublish('worker', 'w1', 'ork.events.task.web.api.0.w1.TaskStarted'))
  for (const forbidden of [
    'ork.events.task.web.api.0.w2.TaskStarted',
    'ork.events.task.web.api.0._.TaskStarted',
    'ork.events.worker.w2.WorkerLeft',
    'ork.heartbeats.w2',
    'ork.heartbeats.w1.w2',
    'ork.api.v1.submit',
    '$JS.API.STREAM.DELETE.ORK_EVENTS',
    '$JS.API.STREAM.PURGE.ORK_EVENTS',
  ]) {
    assert.not.ok(mayPublish('worker', 'w1', forbidden), forbidden)
  }
})

test('a name with a wildcard or a further token is refused', () => {
  for (const name of ['*', '>', 'w1.*', 'w.1', '', 'W1', 'a","b']) {
    assert.throws(() => permissionsFor('worker', name), /is not a name/, name)
  }
})

test('the prefix stands in every subject and in the names of the streams', () => {
  const { events, heartbeats } = streamSettings('acme', 3)
  assert.is(events.name, 'ACME_EVENTS')
  assert.equal(events.subjects, ['acme.events.>'])
  assert.equal(heartbeats.subjects, ['acme.heartbeats.>'])
  assert.is(events.num_replicas, 3)
  assert.ok(permissionsFor('worker', 'w1', 'acme').publish.includes('acme.heartbeats.w1'))
  assert.throws(() => streamSettings('a.*'), /first token/)
})

test.run()
