import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Driver, type DriverError, simulatedDriver } from '#libs/drivers'
import { theMachine } from '#libs/runtime'
import { aTask } from '../../../libs/testing/happenings'
import type { Observation } from '../core'
import { NO_ACCESS, Outfitter } from './container'
import { Effects } from './effects'

const ref = { job: 'web', task: 'api', index: 0, attempt: 1, placement: 4 }
const spec = { ...aTask(), secrets: [{ name: 'token', file: 'token', mode: '0400' }] }

/** What is left of its secrets on disk after an engine has answered a run with this, and what was seen. */
const secretsAfter = async (run: Driver['run']): Promise<{ left: number; seen: string[] }> => {
  const dir = await mkdtemp(join(tmpdir(), 'ork-effects-'))
  const seen: Observation[] = []
  const secrets = { read: async () => E.right(Buffer.from('a secret')) }
  const effects = new Effects({
    drivers: new Map([['simulated', { ...simulatedDriver(), run }]]),
    outfitter: new Outfitter({ cluster: 'c', worker: 'w1' }, { access: NO_ACCESS, secrets, dir }),
    report: (observation) => void seen.push(observation),
    machine: theMachine,
  })
  try {
    effects.carryOut({ tag: 'Run', driver: 'simulated', ref, spec, ports: [] })
    await effects.settled()
    return { left: (await readdir(dir)).length, seen: seen.map(({ tag }) => tag) }
  } finally {
    await rm(dir, { recursive: true })
  }
}

const answers = (tag: DriverError['tag']) => async () => E.left<DriverError>({ tag, what: 'no' })

test('the secrets of a container that runs are there for as long as it is', async () => {
  assert.equal(await secretsAfter(simulatedDriver().run), { left: 1, seen: ['Ran'] })
})

test('those of one that could not be started do not stay on the disk', async () => {
  assert.equal(await secretsAfter(answers('Refused')), { left: 0, seen: ['NotRun'] })
  assert.equal(await secretsAfter(answers('ImageMissing')), { left: 0, seen: ['NotRun'] })
})

test('while nobody knows whether it was started they stay', async () => {
  assert.equal(await secretsAfter(answers('Unreachable')), { left: 1, seen: ['NotRun'] })
})

test.run()
