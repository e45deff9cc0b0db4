import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Draft } from '#libs/events'
import { aJob, stopAsked, submitted } from '../../libs/testing/happenings'
import { History } from '../../libs/testing/history'
import { tell, type VersionTold } from './versions'

/** What `ork history` says came of each version. */
const outcomes = (...drafts: Draft[]): string => {
  const history = new History()
  const items: VersionTold[] = []
  for (const draft of drafts) tell(items, history.add(draft))
  return items.map(({ version, outcome }) => `${version} ${outcome}`).join(', ')
}

const update = (type: 'UpdateSucceeded' | 'JobStopped', version: number): Draft => ({
  type,
  data: { job: 'web', version },
})
const begun = (version: number): Draft => ({ type: 'UpdateStarted', data: { job: 'web', version, replaces: 1 } })
const paused = (version: number): Draft => ({ type: 'UpdatePaused', data: { job: 'web', version, reason: null } })
const failed = (version: number): Draft => ({ type: 'UpdateFailed', data: { job: 'web', version, reason: 'it broke' } })
const version = (version: number): Draft => submitted(aJob(), version)

test('the history of a job says of each version what came of it', () => {
  assert.is(outcomes(version(1)), '1 running')
  assert.is(outcomes(version(1), version(2), begun(2)), '1 superseded, 2 rolling out')
  assert.is(outcomes(version(1), version(2), begun(2), paused(2)), '1 superseded, 2 paused')
  assert.is(outcomes(version(1), version(2), begun(2), version(3)), '1 superseded, 2 superseded, 3 running')
  const rolled = [version(1), version(2), begun(2), update('UpdateSucceeded', 2)]
  assert.is(outcomes(...rolled), '1 superseded, 2 rolled out')
  assert.is(outcomes(...rolled, version(3), begun(3), failed(3)), '1 superseded, 2 rolled out, 3 failed: it broke')
  assert.is(outcomes(version(1), stopAsked()), '1 stopping')
  assert.is(outcomes(version(1), stopAsked(), update('JobStopped', 1)), '1 stopped')
  assert.is(outcomes(version(1), stopAsked(), update('JobStopped', 1), version(2)), '1 stopped, 2 running')
})

test.run()
