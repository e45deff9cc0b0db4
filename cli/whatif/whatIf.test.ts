import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Cluster, emptyCluster, evolve, ignoreChanges } from '#libs/cluster'
import type { Entry } from '#libs/events'
import { aJob, registered, submitted } from '../../libs/testing/happenings'
import { History } from '../../libs/testing/history'
import { makePlan } from '../../libs/testing/sim/plan'
import { record } from '../../libs/testing/sim/run'
import { type Change, type Difference, Recording, whatIf, whatIfAhead } from '.'

const SEEDS = Array.from({ length: 8 }, (_, at) => at + 1)

/** Logs of clusters to which everything happened that may. */
let recorded: { readonly seed: number; readonly entries: readonly Entry[] }[] | null = null
const histories = async () => {
  if (recorded !== null) return recorded
  recorded = []
  for (const seed of SEEDS) recorded.push({ seed, entries: await record(makePlan(seed, 60)) })
  return recorded
}
const JOINED = Date.parse('2026-01-01T00:00:00Z')

const foldTo = (entries: readonly Entry[], seq: number): Cluster => {
  const cluster = emptyCluster()
  for (const entry of entries) if (entry.seq <= seq) evolve(cluster, entry, ignoreChanges)
  return cluster
}

const ask = async (entries: readonly Entry[], from: number, ...changes: readonly Change[]) => {
  const cluster = foldTo(entries, from - 1)
  const stretch = entries.filter(({ seq }) => seq >= from)
  if (stretch.length === 0) return whatIfAhead(cluster, changes, JOINED, atOnce)
  const recording = new Recording(JOINED)
  for (const entry of stretch) recording.tell(entry)
  return whatIf(cluster, recording, inParts(stretch), changes, JOINED, atOnce)
}

const atOnce = async (): Promise<void> => {}

async function* inParts(entries: readonly Entry[]): AsyncGenerator<readonly Entry[]> {
  for (let at = 0; at < entries.length; at += 100) yield entries.slice(at, at + 100)
}

const inShort = ({ recorded, changed }: Difference): string =>
  `${(recorded ?? changed).instance} ${recorded?.worker ?? '-'} > ${changed?.worker ?? '-'}`

/** A small cluster that was filled in an orderly way: a batch job that ends after a minute, and services. */
const calm = (): History => {
  const log = new History()
  for (const worker of ['w1', 'w2', 'w3']) log.add(registered(worker, 1_000))
  const pass = (ms: number): void => {
    log.time += ms
  }
  const run = (id: string, worker: string): void => {
    log.schedule(id, worker)
    pass(50)
    log.add(log.on(id).started())
  }
  log.add(submitted(aJob({ name: 'sum', kind: 'batch', tasks: [{ replicas: 2, resources: cores(400) }] })))
  pass(10)
  run('sum.api.0', 'w1')
  run('sum.api.1', 'w2')
  pass(60_000)
  log.add(log.on('sum.api.0').exited())
  log.add(log.on('sum.api.0').completed())
  log.add(submitted(aJob({ name: 'web', tasks: [{ replicas: 3, resources: cores(400) }] })))
  pass(10)
  for (const [index, worker] of ['w1', 'w3', 'w1'].entries()) run(`web.api.${index}`, worker)
  pass(1_000)
  log.add(log.on('sum.api.1').exited())
  log.add(log.on('sum.api.1').completed())
  return log
}

const cores = (cpuMilli: number) => ({ cpuMilli, memoryBytes: 0, diskBytes: 0 })

test('with no change every placement of a history is the same, whatever went wrong in it', async () => {
  for (const { seed, entries } of await histories()) {
    const from = 1 + Math.floor((entries.length * (seed % 4)) / 4)
    const { again, differences, recorded, changed } = await ask(entries, from)
    assert.equal(differences, [], `seed ${seed}`)
    assert.equal(changed, recorded, `seed ${seed}`)
    const measured = entries.filter(
      ({ event }) => event.type === 'TaskScheduled' && event.data.policy === 'least-loaded',
    )
    assert.ok(again.of - again.same <= measured.length, `seed ${seed}: ${again.same} of ${again.of}`)
  }
})

test('under any change it ends, is the same each time, and leaves no worker with more than it has', async () => {
  const changes: readonly Change[] = [
    { tag: 'policy', policy: 'binpack' },
    { tag: 'worker', worker: 'w9', capacity: { cpuMilli: 1_000, memoryBytes: 2 ** 32, diskBytes: null } },
    { tag: 'gone', worker: 'w1' },
    { tag: 'drain', worker: 'w2' },
    { tag: 'job', spec: aJob({ name: 'more', tasks: [{ replicas: 3, resources: cores(300) }] }) },
  ]
  for (const { seed, entries } of await histories()) {
    const from = Math.floor(entries.length / 2)
    const some = changes.filter((_, at) => (seed >> (at % 3)) % 2 === at % 2)
    const once = await ask(entries, from, ...some)
    assert.equal(await ask(entries, from, ...some), once, `seed ${seed}`)
    assert.ok(once.changed.use.cpuAtEnd <= 1 && once.changed.use.memoryAtEnd <= 1, `seed ${seed}`)
  }
})

test('another policy shows in the first placement that it makes otherwise', async () => {
  const { entries } = calm()
  const found = await ask(entries, 1, { tag: 'policy', policy: 'binpack' })
  assert.equal(found.differences.map(inShort), ['sum.api.1 w2 > w1', 'web.api.1 w3 > w2', 'web.api.2 w1 > w2'])
  const second = entries.filter(({ event }) => event.type === 'TaskScheduled')[1]
  assert.is(found.differences[0]?.recorded?.seq, second?.seq)
})

test('what was done and how long it ran is as it was recorded', async () => {
  const { entries } = calm()
  const { recorded, changed } = await ask(entries, 1, { tag: 'policy', policy: 'binpack' })
  assert.equal(
    [changed.placed, changed.completed, changed.running, changed.pending, changed.inBetween],
    [recorded.placed, recorded.completed, recorded.running, recorded.pending, recorded.inBetween],
  )
})

test('a worker more takes what had to wait', async () => {
  const log = calm()
  log.add(submitted(aJob({ name: 'big', tasks: [{ replicas: 1, resources: cores(1_500) }] })))
  const w9 = { cpuMilli: 2_000, memoryBytes: 2 ** 30, diskBytes: null }
  const { recorded, changed, differences } = await ask(log.entries, log.entries.length + 1, {
    tag: 'worker',
    worker: 'w9',
    capacity: w9,
  })
  assert.equal(differences.map(inShort), ['big.api.0 - > w9'])
  assert.equal([recorded.pending, changed.pending], [1, 0])
})

test('what a worker had that is gone, or is drained, runs elsewhere', async () => {
  const { entries } = calm()
  for (const tag of ['gone', 'drain'] as const) {
    const { changed, differences } = await ask(entries, entries.length + 1, { tag, worker: 'w1' })
    assert.equal(differences.map(inShort), ['web.api.0 - > w2', 'web.api.2 - > w2'], tag)
    assert.equal([changed.moves, changed.running, changed.pending], [2, 3, 0], tag)
  }
})

test('what is more than a batch waits until that is written', async () => {
  const log = new History()
  log.add(registered('w1', 10_000))
  const spec = aJob({ name: 'many', tasks: [{ replicas: 2_500, resources: cores(1) }] })
  const { changed } = await ask(log.entries, log.entries.length + 1, { tag: 'job', spec })
  assert.equal([changed.placed, changed.running, changed.waiting], [2_500, 2_500, { middle: 20, p99: 30, longest: 30 }])
})

test('from now on, what comes of a worker that is silent comes of it in any case, and is no difference', async () => {
  const log = calm()
  log.add({ type: 'WorkerSuspected', data: { worker: 'w1', silentMs: 6_000 } })
  const { recorded, changed, differences } = await ask(log.entries, log.entries.length + 1, {
    tag: 'worker',
    worker: 'w4',
    capacity: { cpuMilli: 100, memoryBytes: 2 ** 30, diskBytes: null },
  })
  assert.equal(differences, [])
  assert.equal([recorded.moves, recorded.running, recorded.pending], [2, 3, 0])
  assert.equal([changed.moves, changed.running, changed.pending], [2, 3, 0])
})

test('what was placed as the record ends, and did not start any more, starts as its like did, or at once', async () => {
  const log = new History()
  for (const worker of ['w1', 'w2']) log.add(registered(worker, 1_000))
  log.add(submitted(aJob({ tasks: [{ replicas: 1, resources: cores(400) }] })))
  const from = log.entries.length + 1
  log.time += 10
  log.schedule('web.api.0', 'w1')
  log.time += 1_000
  log.add(registered('w3', 1_000))
  const { recorded, changed } = await ask(log.entries, from, { tag: 'drain', worker: 'w1' })
  assert.equal([recorded.running, recorded.inBetween], [0, 1])
  assert.equal([changed.running, changed.inBetween], [1, 0])
})

test('a job that nothing takes changes nothing for the others', async () => {
  const { entries } = calm()
  const spec = aJob({ name: 'odd', tasks: [{ replicas: 1, driver: 'docker' }] })
  const { recorded, changed, differences } = await ask(entries, 1, { tag: 'job', spec })
  assert.equal(differences, [])
  assert.equal([changed.running, changed.completed], [recorded.running, recorded.completed])
  assert.is(changed.pending, recorded.pending + 1)
})

test.run()
