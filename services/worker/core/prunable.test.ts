import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { TaskSpec } from '#libs/spec'
import { running } from '../../../libs/testing/workerStory'
import { unwantedVolumes } from './index'

const MADE = ['data', 'data-0', 'data-12', 'data-x', 'dataX0', 'web-api.0', 'web.api-7']

const kept = (source: string): NonNullable<TaskSpec['volumes']> => [{ type: 'volume', source, target: '/data' }]

test('a volume that some instance of a live job means is wanted, whichever its index, and no other', () => {
  const left = (source: string) => unwantedVolumes(running({ volumes: kept(source) }).view, MADE)
  assert.equal(left('data'), ['data-0', 'data-12', 'data-x', 'dataX0', 'web-api.0', 'web.api-7'])
  const perIndex = left('data-$' + '{ork.index}')
  assert.equal(perIndex, ['data', 'data-x', 'dataX0', 'web-api.0', 'web.api-7'])
  const all = left('$' + '{ork.job}.$' + '{ork.task}-$' + '{ork.index}')
  assert.equal(all, ['data', 'data-0', 'data-12', 'data-x', 'dataX0', 'web-api.0'], 'and a dot is a dot')
})

test('the volumes of a job that is over are unwanted once nothing of it is left here, purged or not', () => {
  for (const purge of [false, true]) {
    const sim = running({ volumes: kept('data') })
    sim.log.stopJob('web', purge)
    sim.read(99)
    assert.equal(unwantedVolumes(sim.view, ['data', 'old']), ['old'], 'it still runs')
    sim.flow()
    sim.log.add({ type: 'JobStopped', data: { job: 'web', version: 1 } })
    sim.flow()
    assert.equal(unwantedVolumes(sim.view, ['data', 'old']), ['data', 'old'])
  }
})

test('a job that cannot be read may want any volume', () => {
  const { view } = running({ volumes: kept('data') })
  const held = { seq: 9, last: 9, count: 1, reason: 'UnknownVersion', since: null }
  view.cluster.quarantined.set('events.task.web.api.0', held)
  assert.equal(unwantedVolumes(view, ['data', 'old']), ['old'])
  view.cluster.quarantined.set('events.job.shop', held)
  assert.equal(unwantedVolumes(view, ['data', 'old']), [])
})

test.run()
