import { setTimeout as pause } from 'node:timers/promises'
import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { OrkFailure, orkError } from '#libs/kernel'
import { type Bus, type Connection, createMemoryLog } from '#libs/log'
import { call, explained, list } from './call'

const LATE = orkError('TimedOut', 'no answer came in time')

test('after a time-out a command is said to be safe to repeat only where a second one finds the first one done', () => {
  for (const verb of ['submit', 'stop', 'scale', 'drain'] as const) {
    assert.match(explained(verb, LATE).next ?? '', /to repeat the command is safe/)
  }
  for (const verb of ['run', 'restart', 'revert'] as const) {
    assert.match(explained(verb, LATE).next ?? '', /may do it twice: look with `ork events --job JOB` first/)
  }
})

test('after a time-out a question is simply to be asked again', () => {
  assert.match(explained('jobs', LATE).next ?? '', /then try again/)
})

/** A cluster whose first manager dies with the first request that it is sent. */
const firstOneDies = () => {
  const { log, bus, objects } = createMemoryLog()
  let asked = 0
  const dies = (): boolean => {
    asked += 1
    return asked === 1
  }
  const dying: Bus = {
    ...bus,
    request: async (subject, payload, ms) => {
      if (!dies()) return E.right({ subject, payload })
      await pause(Math.min(ms, 50))
      return E.left({ tag: 'TimedOut', what: `nothing within ${ms} ms` })
    },
    requestStream: async function* (_subject, _payload, signal) {
      if (!dies()) yield { seq: 7, items: ['web'] }
      else await new Promise((resolve) => signal.addEventListener('abort', resolve))
    },
  }
  const connection: Connection = { log, bus: dying, objects, prefix: 'ork', onStatus() {}, close: async () => {} }
  return { connection, asked: () => asked }
}

test('a question that nobody answers is asked once more: another one may be there', async () => {
  const one = firstOneDies()
  await call(one.connection, 'job', { job: 'web' })
  assert.is(one.asked(), 2)
  const many = firstOneDies()
  assert.equal(await list(many.connection, 'jobs', {}), { seq: 7, items: ['web'] })
  assert.is(many.asked(), 2)
})

test('a command is not: who only hung would carry it out later', async () => {
  const { connection, asked } = firstOneDies()
  const failure = await call(connection, 'stop', { job: 'web', reason: null, purge: false, actor: 'me' }).catch(
    (cause: unknown) => cause,
  )
  assert.match(String(failure instanceof OrkFailure && failure.error.next), /to repeat the command is safe/)
  assert.is(asked(), 1)
})

test('who does not answer is named by the service that should have', () => {
  const nobody = orkError('NoResponders', 'nobody answers there at the moment')
  assert.is(explained('explain', nobody).what, 'no scheduler is there to answer')
  assert.is(explained('submit', nobody).what, 'no manager is there to answer')
})

test.run()
