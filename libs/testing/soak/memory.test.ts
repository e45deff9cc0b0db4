import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Collected, figuresOf, leaksIn } from './memory'

const MiB = 2 ** 20

/** A life of 30 minutes, looked at every 20 s; the noise of what comes and goes is 2 MiB either way. */
const life = (rssAt: (minute: number) => number, heapAt: (minute: number) => number = () => 18): Collected[] =>
  Array.from({ length: 90 }, (_, at) => {
    const minute = at / 3
    const noise = [0, 2, -1, 1, -2, 0, 1][at % 7] ?? 0
    return { minute, rss: (rssAt(minute) + noise) * MiB, heap: heapAt(minute) * MiB, external: 0 }
  })

const found = (samples: readonly Collected[]): readonly string[] => leaksIn('m1', figuresOf(samples))

test('a process that warms up and then holds what it holds does not leak, whatever comes and goes', () => {
  const warm = life((minute) => 80 - 25 * Math.exp(-minute / 4))
  assert.equal(found(warm), [])
  assert.is(figuresOf(warm).minutes, 19.67)
})

test('half a MiB a minute outside of the heap is found, and a fifth of one within', () => {
  assert.match(
    found(life((minute) => 70 + minute / 2))[0] ?? '',
    /^m1 grows: its resident memory by 0\.\d+ MiB a minute/,
  )
  const leaking = found(
    life(
      () => 80,
      (minute) => 18 + minute / 5,
    ),
  ) // what is freed elsewhere hides it
  assert.match(leaking[0] ?? '', /^m1 grows: its heap by 0\.2 MiB a minute/)
})

test('of a short life nothing is said: what is compiled still grows', () => {
  assert.equal(found(life((minute) => 70 + minute).slice(0, 30)), [])
  assert.equal(found([]), [])
})

test.run()
