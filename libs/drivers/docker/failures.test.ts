import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { driverError } from './failures'

test('what an engine says names things by their names, without ids that nobody knows', () => {
  const id = 'ab'.repeat(32)
  const words = `driver failed programming external connectivity on endpoint ork-web-api-0-1 (${id}): port is already allocated`
  const error = driverError({ where: 'a socket' }, 'start ork-web-api-0-1', { status: 500, words, silent: false })
  assert.match(error.what, /endpoint ork-web-api-0-1: port is already allocated$/)
})

test('what was taken away before it could start may be tried again; what is asked for wrongly may not', () => {
  const tagOf = (status: number, words: string): string =>
    driverError({ where: 'a socket' }, 'start ork-web-api-0-1', { status, words, silent: false }).tag
  assert.is(tagOf(404, 'No such container: 0e2c'), 'Failed')
  assert.is(tagOf(404, 'network ork-c-front not found'), 'Failed')
  assert.is(tagOf(409, 'container is marked for removal and cannot be started'), 'Failed')
  assert.is(tagOf(409, 'cannot start a paused container, try unpause instead'), 'Refused')
  assert.is(tagOf(404, 'plugin "loki" not found'), 'Refused')
})

test.run()
