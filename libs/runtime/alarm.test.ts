import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Alarm } from './alarm'
import { theMachine } from './machine'

/** An alarm with the times at which it rang, and a wait for the next. */
const kept = () => {
  const rang: number[] = []
  let heard = (): void => {}
  const start = performance.now()
  const alarm = new Alarm(theMachine, () => {
    rang.push(performance.now() - start)
    heard()
  })
  const next = (): Promise<void> =>
    new Promise((resolve) => {
      heard = resolve
    })
  return { alarm, rang, next }
}

test('of several times the earliest counts, whatever their order, and it rings once', async () => {
  const { alarm, rang, next } = kept()
  alarm.ringIn(40)
  alarm.ringIn(10)
  alarm.ringIn(30)
  await next()
  await new Promise((resolve) => setTimeout(resolve, 60))
  assert.is(rang.length, 1)
  assert.ok(Number(rang[0]) < 40)
})

test('rings again for what is asked for after it rang', async () => {
  const { alarm, rang, next } = kept()
  alarm.ringIn(0)
  await next()
  alarm.ringIn(5)
  await next()
  assert.is(rang.length, 2)
})

test('a time too long for a timer is not taken for none, and one that is cancelled never rings', async () => {
  const { alarm, rang } = kept()
  alarm.ringIn(2 ** 33)
  await new Promise((resolve) => setTimeout(resolve, 30))
  alarm.cancel()
  alarm.ringIn(1)
  alarm.cancel()
  await new Promise((resolve) => setTimeout(resolve, 30))
  assert.equal(rang, [])
})

test.run()
