import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { driverError } from './failures'

test('what an engine says names things by their names, without ids that nobody knows', () => {
  const id = 'ab'.repeat(32)
  const words = `driver failed programming external connectivity on endpoint ork-web-api-0-1 (${id}): port is already allocated`
  const error = driverError({ where: 'a socket' }, 'start ork-web-api-0-1', { status: 500, words, silent: false })
  assert.match(error.what, /endpoint ork-web-api-0-1: port is already allocated$/)
})

test.run()
