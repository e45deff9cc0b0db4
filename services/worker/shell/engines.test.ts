import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Driver, simulatedDriver } from '#libs/drivers'
import { createLogger, theMachine } from '#libs/runtime'
import type { Observation } from '../core'
import { EngineWatch } from './engines'
import { guarded } from './guarded'

type Listing = Awaited<ReturnType<Driver['list']>>

/** A watch on an engine of which each listing is answered by hand. */
const watched = () => {
  const listings: { readonly answer: (listing: Listing) => void; readonly fail: (cause: Error) => void }[] = []
  let heard = (): void => {}
  const driver: Driver = {
    ...simulatedDriver(),
    list: () => {
      const listing = new Promise<Listing>((answer, fail) => listings.push({ answer, fail }))
      heard()
      return listing
    },
  }
  const seen: Observation[] = []
  const logger = createLogger('engines', 'silent')
  const watch = new EngineWatch({
    driver: guarded(driver, logger),
    owner: { cluster: 'c', worker: 'w1' },
    generation: () => 0,
    report: (observation) => {
      seen.push(observation)
      if (observation.tag === 'Unreachable') watch.doubt() // as the worker does
    },
    logger,
    machine: theMachine,
  })
  /** The n-th listing, from 1, as soon as it is asked for. */
  const listing = async (n: number) => {
    while (listings.length < n) {
      await new Promise<void>((resolve) => {
        heard = resolve
      })
    }
    const asked = listings[n - 1]
    if (asked === undefined) throw new Error('unreachable')
    return asked
  }
  return { watch, listing, seen }
}

const DOWN: Listing = E.left({ tag: 'Unreachable', what: 'it is down' })
const NOTHING: Listing = E.right([])

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))

test('lists again after a listing that failed, also when it was doubted meanwhile', async () => {
  const { watch, listing, seen } = watched()
  const first = await listing(1)
  watch.doubt()
  await new Promise((resolve) => setTimeout(resolve, 1_100)) // the doubt comes due while the first listing hangs
  first.answer(DOWN)
  ;(await listing(2)).answer(NOTHING)
  await settled()
  watch.close()
  assert.equal(
    seen.map(({ tag }) => tag),
    ['Unreachable', 'Listed'],
  )
})

test('takes a driver that throws while it lists for an engine out of reach', async () => {
  const { watch, listing, seen } = watched()
  ;(await listing(1)).fail(new Error('a fault of the driver'))
  ;(await listing(2)).answer(NOTHING)
  await settled()
  watch.close()
  assert.equal(
    seen.map(({ tag }) => tag),
    ['Unreachable', 'Listed'],
  )
})

test.run()
