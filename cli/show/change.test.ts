import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { steered } from './change'

const reply = (outcome: 'done' | 'unchanged') => ({ job: 'web', version: 2, seq: 9, outcome })
const follow = 'is paused: `ork resume web` has the other instances follow'

test('who promotes an update hears whether the others follow, or wait for it to be resumed', () => {
  const said = (outcome: 'done' | 'unchanged', isPaused: boolean) => steered('promote', reply(outcome), isPaused)
  assert.is(said('done', false), 'web: the update to version 2 is promoted: the other instances follow')
  assert.is(said('done', true), `web: the update to version 2 is promoted, and ${follow}`)
  assert.is(said('unchanged', false), 'web: the update to version 2 was promoted already')
  assert.is(said('unchanged', true), `web: the update to version 2 was promoted already, and ${follow}`)
})

test.run()
