import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { orkError } from '#libs/kernel'
import { explained } from './call'

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

test('who does not answer is named by the service that should have', () => {
  const nobody = orkError('NoResponders', 'nobody answers there at the moment')
  assert.is(explained('explain', nobody).what, 'no scheduler is there to answer')
  assert.is(explained('submit', nobody).what, 'no manager is there to answer')
})

test.run()
