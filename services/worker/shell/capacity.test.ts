import { tmpdir } from 'node:os'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { measureCapacity, measureUse } from './capacity'

test('workers that share a machine do not each use all that is used of it', async () => {
  const whole = await measureCapacity(tmpdir(), { cpuMilli: 0, memoryBytes: 0, diskBytes: 0 })
  const used = await measureUse(tmpdir(), 0.25)
  assert.ok(used.cpuMilli <= whole.cpuMilli / 4 + 1, `${used.cpuMilli} of ${whole.cpuMilli}`)
  assert.ok(used.memoryBytes <= whole.memoryBytes / 4 + 1)
  assert.ok(used.diskBytes > 0 && used.diskBytes <= whole.diskBytes / 4 + 1)
})

test.run()
