import { createColors } from 'picocolors'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { describeInstance } from '#libs/cluster'
import { aJob } from '../../libs/testing/happenings'
import { History } from '../../libs/testing/history'
import { FILTERS } from '../../services/scheduler/core'
import { detailOf } from './instance'
import { whyNot, whyPending } from './pending'

test('why an instance waits is said in words', () => {
  assert.is(whyPending('ready on 3'), '3 workers are not ready')
  assert.is(whyPending('ready on 1, ports on 2'), '1 worker is not ready, 2 workers have no host port free for it')
  assert.is(whyPending('no worker has joined'), 'no worker has joined')
  assert.is(whyPending('placed anew, since disk on 3 is full'), 'placed anew, since disk on 3 is full')
  assert.is(whyPending('moon on 2, disk on 1'), 'moon on 2, 1 worker has too little disk free')
})

test('there are words for each test that the scheduler makes', () => {
  for (const { name } of FILTERS) assert.not.match(whyNot(name, 2), / on 2$/)
})

test('a successor that waits for the host port of the one it is to replace is told what would help', () => {
  const history = new History()
  history.register('w1')
  history.submit(aJob())
  history.schedule('web.api.0', 'w1')
  history.add(history.on('web.api.0').started())
  const old = describeInstance(history.instance('web.api.0'))
  const look = { now: history.time, zone: 'UTC', colours: createColors(false) }
  const detail = (reason: string, hostPort: number) => {
    const retiring = { ...old, ports: [{ name: 'http', hostPort }] }
    return detailOf({ ...old, state: 'pending', reason, retiring }, look)
  }
  const stays = 'attempt 1 still runs on w1'
  const ends = 'submit the job with `update.order: stop-first`, which ends it first'
  const help = `${stays}, and has the host port until this one is up: ${ends}`
  assert.is(detail('ports on 1', 8080), `1 worker has no host port free for it; ${help}`)
  assert.is(detail('cpu on 1', 8080), `1 worker has too little cpu free; ${stays}`)
})

test.run()
