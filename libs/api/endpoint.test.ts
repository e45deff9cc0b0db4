import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { OrkError } from '#libs/kernel'
import { MAX_SPEC_BYTES } from '#libs/spec'
import { aJob } from '../testing/happenings'
import { checked, MAX_ACTOR, MAX_REASON, type Verb } from './index'

const refusal = (verb: Verb, request: unknown): OrkError => {
  const read = checked(verb, request)
  if (E.isRight(read)) throw new Error('it was accepted')
  return read.left
}

const submitOf = (spec: unknown) => ({ spec, checkVersion: null, reason: null, actor: null })

test('a request is read as it came', () => {
  const request = { spec: aJob(), checkVersion: 3, reason: null, actor: 'ada@desk' }
  assert.equal(checked('submit', request), E.right(request))
  assert.equal(
    checked('stop', { job: 'web', reason: null, purge: true, actor: null }),
    E.right({ job: 'web', reason: null, purge: true, actor: null }),
  )
})

test('every text has a limit, at which it is accepted and above which it is refused with its path', () => {
  const stop = (reason: number, actor: number) => ({
    job: 'web',
    reason: 'r'.repeat(reason),
    purge: false,
    actor: 'a'.repeat(actor),
  })
  assert.ok(E.isRight(checked('stop', stop(MAX_REASON, MAX_ACTOR))))
  assert.is(
    refusal('stop', stop(MAX_REASON + 1, MAX_ACTOR + 1)).what,
    'not a request for stop: reason has 1001 characters, at most 1000 are allowed; ' +
      'actor has 257 characters, at most 256 are allowed',
  )
  assert.match(refusal('task', { id: 'x'.repeat(1_000) }).what, 'id has 1000 characters')
  assert.match(refusal('view', { keys: Array(2_000).fill('job/web') }).what, 'keys has 2000 keys, at most 1000')
})

test('a job that would not fit into a message of the log is refused with its size', () => {
  const words = ['a'.repeat(60_000)]
  const spec = aJob({ tasks: Array.from({ length: 9 }, (_, at) => ({ name: `t${at}`, args: words })) })
  assert.ok(JSON.stringify(spec).length > MAX_SPEC_BYTES)
  const { what, next } = refusal('submit', submitOf(spec))
  assert.match(
    what,
    /^not a request for submit: spec takes 5\d\d(\.\d+)? ?KiB in the log, at most 512 ?KiB are allowed$/,
  )
  assert.is(next, undefined)
})

test('a number beyond its limit deep in a job is refused with its path', () => {
  const spec = aJob({ tasks: [{ replicas: 10_000_000 }] })
  assert.match(refusal('submit', submitOf(spec)).what, /spec\.tasks\.0\.replicas .*100000/)
})

test('what is of another kind is told by its path, with what may be the cause', () => {
  const { what, next } = refusal('stop', { job: 'Web!', reason: 7, purge: false, actor: null })
  assert.is(what, 'not a request for stop: job; reason')
  assert.match(next ?? '', 'same version')
  assert.is(refusal('jobs', 'x').what, 'not a request for jobs: payload')
})

test('a request that is wrong in very many places is told of some', () => {
  const tasks = Array.from({ length: 90 }, () => ({ replicas: -1 }))
  assert.ok(refusal('submit', submitOf(aJob({ tasks }))).what.length < 2_000)
})

test.run()
