import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { given } from '../../../../libs/testing/given'
import { aJob, submitted } from '../../../../libs/testing/happenings'
import { Line } from './line'

test('one that waits anew since an earlier time, by a clock that is behind, comes before those that it was behind', () => {
  const story = given(submitted(aJob({ tasks: [{ replicas: 2 }] })))
  const [first, second] = [story.instance('web.api.0'), story.instance('web.api.1')]
  first.since = 1_000
  second.since = 2_000
  const line = new Line(first.task)
  assert.is(line.first(), first)
  second.since = 500
  line.add(second)
  assert.is(line.first(), second)
  line.shift()
  second.state = 'scheduled'
  assert.is(line.first(), first)
  line.shift()
  assert.is(line.first(), undefined)
})

test.run()
