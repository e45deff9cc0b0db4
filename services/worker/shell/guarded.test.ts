import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type ContainerSpec, type Driver, type DriverError, type DriverResult, simulatedDriver } from '#libs/drivers'
import { createLogger } from '#libs/runtime'
import { guarded } from './guarded'

const SPEC: ContainerSpec = {
  ref: { job: 'web', task: 'api', index: 0, attempt: 1, placement: 4 },
  owner: { cluster: 'c', worker: 'w1' },
  env: {},
  resources: { cpuMilli: 1, memoryBytes: 1, diskBytes: 1 },
  ports: [],
  stopSignal: 'SIGTERM',
  imageHealth: false,
}

const broken = async (): Promise<never> => (undefined as unknown as { oops(): never }).oops()

/** A driver of which some of what it does is replaced, and what the worker's log says of it. */
const withFaults = (faults: (simulated: Driver) => Partial<Driver>) => {
  const lines: string[] = []
  const simulated = simulatedDriver()
  const logger = createLogger('w1', 'error', { write: (line) => void lines.push(line) })
  return { driver: guarded({ ...simulated, ...faults(simulated) }, logger), simulated, lines }
}

const failureOf = async (call: DriverResult<unknown>): Promise<DriverError> => {
  const result = await call
  if (E.isRight(result)) throw new Error('it went well')
  return result.left
}

test('what a driver throws is refused with its words, and its stack is logged once', async () => {
  const { driver, lines } = withFaults(() => ({ run: broken }))
  const errors = [await failureOf(driver.run(SPEC)), await failureOf(driver.run(SPEC))]
  for (const { tag, what } of errors) {
    assert.is(tag, 'Refused')
    assert.match(what, /^a fault of the driver simulated \(run\): Cannot read properties of undefined/)
  }
  assert.is(lines.length, 1)
  assert.match(lines[0] ?? '', /TypeError.*guarded\.test\.[jt]s/)
})

test('so is what it throws before there is a promise', async () => {
  const stop = (): never => {
    throw new Error('at once')
  }
  const { driver } = withFaults(() => ({ stop }))
  assert.match((await failureOf(driver.stop(SPEC.ref, 'SIGTERM', 0))).what, /at once/)
})

test('a container that was begun before the fault does not run on', async () => {
  const { driver, simulated } = withFaults(({ run }) => ({ run: (spec) => run(spec).then(broken) }))
  assert.is((await failureOf(driver.run(SPEC))).tag, 'Refused')
  assert.equal(await simulated.list(SPEC.owner), E.right([]))
})

test('while it cannot be removed nothing is said of the attempt', async () => {
  const { driver } = withFaults(() => ({
    run: broken,
    remove: async () => E.left<DriverError>({ tag: 'Unreachable', what: 'it is down' }),
  }))
  assert.is((await failureOf(driver.run(SPEC))).tag, 'Unreachable')
})

test('what it reports is passed on as it is', async () => {
  const { driver, lines } = withFaults(() => ({}))
  assert.ok(E.isRight(await driver.run(SPEC)))
  assert.equal(lines, [])
})

test.run()
