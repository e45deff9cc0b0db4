import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { given } from '../../libs/testing/given'
import { aJob, on, registered, submitted } from '../../libs/testing/happenings'
import { failedWhole } from './submit'

test('a job that was given up as a whole says why, though none of its instances has failed', () => {
  const instance = on('web.api.0')
  const reason = 'it has not ended within its `deadline` of 4s'
  const { cluster } = given(
    registered(),
    submitted({ ...aJob({ tasks: [{}] }), kind: 'batch' }),
    ...[instance.scheduled(), instance.started()],
    { type: 'JobFailed', data: { job: 'web', version: 1, failed: 0, reason } },
  )
  const job = cluster.jobs.get('web')
  assert.match(job === undefined ? '' : failedWhole(job).what, /^web: the job has failed: it has not ended within/)
})

test.run()
