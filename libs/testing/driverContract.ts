import { suite } from 'uvu'
import type { ContainerSpec, Driver, Owner } from '#libs/drivers'
import { NO_RESOURCES } from '#libs/kernel'
import { ending } from './driver/ending'
import { logging } from './driver/logging'
import { owning } from './driver/owning'
import { running } from './driver/running'
import { type DriverContext, type DriverTest, must, type Program } from './driver/tools'

type Behaviour = Pick<ContainerSpec, 'image' | 'command' | 'args' | 'env'>

/** What the contract needs of a driver's test file. */
export interface DriverHarness {
  /** A driver on the same host; a second one is what a restarted worker has. */
  open(): Driver
  /** What makes a container behave like the program. */
  behaviour(program: Program): Behaviour
}

let runs = 0

/** A suite with what every driver must do. The caller adds its own tests to it and runs it. */
export const driverContract = (name: string, harness: DriverHarness): DriverTest => {
  const test = suite<DriverContext>(name)
  const specFor = (owner: Owner, program: Program, more: Partial<ContainerSpec> = {}): ContainerSpec => {
    runs += 1
    const ref = { job: `job${process.pid}-${runs}`, task: 'api', index: 0, attempt: 1, placement: 7 }
    const behaviour = harness.behaviour(program)
    return {
      ref,
      owner,
      resources: NO_RESOURCES,
      ports: [],
      stopSignal: 'SIGTERM',
      imageHealth: true,
      ...behaviour,
      ...more,
    }
  }

  test.before.each((context) => {
    runs += 1
    const owner = { cluster: `cluster-${process.pid}-${runs}`, worker: 'w1' }
    context.owner = owner
    context.driver = harness.open()
    context.spec = (program, more) => specFor(owner, program, more)
  })
  test.after.each(async ({ driver, owner }) => {
    const left = await must(driver.list(owner))
    await Promise.all(left.map(({ ref }) => must(driver.remove(ref))))
  })

  const open = (): Driver => harness.open()
  running(test, open)
  ending(test)
  owning(test, open)
  logging(test)
  return test
}
