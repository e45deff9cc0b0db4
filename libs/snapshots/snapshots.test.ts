import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Cluster, emptyCluster, evolve, ignoreChanges, writeCluster } from '#libs/cluster'
import { stamp } from '#libs/events'
import { type OrkError, OrkFailure } from '#libs/kernel'
import { createMemoryLog, type Log, type MemoryLog } from '#libs/log'
import { aJob, registered } from '../testing/happenings'
import { advanceSnapshot, checkSnapshot, listSnapshots, newestSnapshot, SnapshotKeeper, storeSnapshot } from './index'

let ids = 0

/** Writes so many events, each a job of its own. */
const grow = async (log: Log, events: number): Promise<void> => {
  for (let made = 0; made < events; made += 1) {
    ids += 1
    const spec = aJob({ name: `job-${ids}` })
    const draft =
      ids % 10 === 0
        ? registered(`w${ids}`)
        : { type: 'JobSubmitted' as const, data: { job: spec.name, version: 1, reason: null, spec } }
    await log.append([{ event: stamp(draft, { id: `e${ids}`, source: 'manager/m1', time: ids }) }])
  }
}

const fold = async (log: Log): Promise<Cluster> => {
  const cluster = emptyCluster()
  for await (const entries of log.read({ from: 1 })) for (const entry of entries) evolve(cluster, entry, ignoreChanges)
  return cluster
}

const text = (cluster: Cluster): string => [...writeCluster(cluster)].join('\n')

const never = (error: OrkError): void => assert.unreachable(error.what)

/** The newest that can be used, and what was said of those that cannot. */
const newest = async (memory: MemoryLog) => {
  const passed: OrkError[] = []
  const { head, cluster } = await newestSnapshot(memory, (error) => passed.push(error))
  return { seq: head.seq, cluster, passed: passed.map(({ where, what }) => `${where}: ${what}`) }
}

const failureOf = async (work: Promise<unknown>): Promise<OrkError> => {
  try {
    await work
  } catch (cause) {
    if (cause instanceof OrkFailure) return cause.error
    throw cause
  }
  return assert.unreachable('it should have failed') as never
}

/** Changes one bit of what is stored under a name. */
const flip = async ({ objects }: MemoryLog, name: string): Promise<void> => {
  const pieces: Uint8Array[] = []
  for await (const piece of objects.read(name)) pieces.push(Uint8Array.from(piece))
  const last = pieces.at(-1)
  if (last !== undefined) last[last.length >> 1] = (last[last.length >> 1] ?? 0) ^ 1
  const about = (await objects.list()).find((object) => object.name === name)?.about ?? {}
  await objects.write(
    name,
    about,
    (async function* () {
      yield* pieces
    })(),
  )
}

test('without a snapshot one starts from nothing; with one, from there; either way the fold is the same', async () => {
  const memory = createMemoryLog()
  await grow(memory.log, 30)
  assert.is((await newest(memory)).seq, 0)
  assert.is(await advanceSnapshot(memory, never), 30)
  await grow(memory.log, 20)
  const { seq, cluster } = await newest(memory)
  assert.is(seq, 30)
  for await (const entries of memory.log.read({ from: 31 }))
    for (const entry of entries) evolve(cluster, entry, ignoreChanges)
  assert.is(text(cluster), text(await fold(memory.log)))
})

test('the newest three are kept, each made of the one before', async () => {
  const memory = createMemoryLog()
  for (let round = 0; round < 5; round += 1) {
    await grow(memory.log, 7)
    await advanceSnapshot(memory, never)
  }
  assert.equal(
    (await listSnapshots(memory)).map(({ seq }) => seq),
    [35, 28, 21],
  )
  assert.is(await advanceSnapshot(memory, never), 35, 'nothing has happened since')
  assert.equal(
    (await listSnapshots(memory)).map(({ seq }) => seq),
    [35, 28, 21],
  )
})

test('one with a flipped bit is named and passed over for an older one, and the next is made of that', async () => {
  const memory = createMemoryLog()
  for (let round = 0; round < 2; round += 1) {
    await grow(memory.log, 10)
    await advanceSnapshot(memory, never)
  }
  const [bad] = await listSnapshots(memory)
  await flip(memory, bad?.name ?? '')
  const { seq, passed } = await newest(memory)
  assert.is(seq, 10)
  assert.is(passed.length, 1)
  assert.match(passed[0] ?? '', new RegExp(`^snapshot ${bad?.name}: cannot be used`))
  await grow(memory.log, 1)
  await advanceSnapshot(memory, () => undefined)
  assert.is((await newest(memory)).seq, 21)
})

test('one that is cut off, of another log or of another fold is passed over', async () => {
  const memory = createMemoryLog({ cluster: 'this' })
  await grow(memory.log, 10)
  const other = createMemoryLog({ cluster: 'other' })
  await grow(other.log, 12)
  await storeSnapshot(other, await fold(other.log))
  const [taken] = await other.objects.list()
  const pieces: Uint8Array[] = []
  for await (const piece of other.objects.read(taken?.name ?? '')) pieces.push(piece)
  const whole = Buffer.concat(pieces)
  const put = (name: string, bytes: Uint8Array) =>
    memory.objects.write(
      name,
      { seq: '12', cluster: 'this' },
      (async function* () {
        yield bytes
      })(),
    )
  await put(taken?.name ?? '', whole)
  assert.match((await newest(memory)).passed.join(), /of another log/)
  await put(taken?.name ?? '', whole.subarray(0, whole.length - 20))
  assert.match((await newest(memory)).passed.join(), /unexpected end/)
  await put('cluster-v0-0', whole)
  await memory.objects.remove(taken?.name ?? '')
  assert.equal((await newest(memory)).passed, [])
  assert.is((await newest(memory)).seq, 0)
})

test('a log that ends before a snapshot does, or has other events, has lost some: nobody starts on it', async () => {
  const lost = createMemoryLog()
  await grow(lost.log, 20)
  await advanceSnapshot(lost, never)
  const shorter = { log: createMemoryLog().log, objects: lost.objects }
  const ahead = await failureOf(newestSnapshot(shorter, never))
  assert.is(ahead.tag, 'LogLostEvents')
  assert.match(ahead.what, /ends at 0, but a snapshot holds it up to 20/)
  await grow(shorter.log, 25)
  const rewritten = await failureOf(newestSnapshot(shorter, never))
  assert.is(rewritten.tag, 'LogLostEvents')
  assert.match(rewritten.what, /event 20 is not the one/)
})

test('a log that was purged by hand beyond its snapshots is saved by the keeper that is stopped', async () => {
  const memory = createMemoryLog()
  await grow(memory.log, 6)
  await advanceSnapshot(memory, never)
  await grow(memory.log, 4)
  const cluster = await fold(memory.log)
  const keeper = new SnapshotKeeper({
    source: memory,
    now: () => ({ mono: 0, wall: 0 }),
    warn: () => assert.unreachable(),
  })
  await keeper.load()
  await keeper.last(cluster)
  assert.is((await listSnapshots(memory)).length, 1, 'four events are no reason')
  await memory.log.purge(8, { host: '', dir: '' })
  assert.is((await failureOf(newest(memory))).tag, 'LogArchived')
  await keeper.last(cluster)
  assert.is(text((await newest(memory)).cluster), text(cluster))
})

test('a keeper takes one when enough has happened, never two at once, and a last one in the end', async () => {
  const memory = createMemoryLog()
  let mono = 0
  const settings = { everyEvents: 10, everyMs: 1_000, fewEvents: 3, retryMs: 500 }
  const keeper = new SnapshotKeeper({ source: memory, now: () => ({ wall: 0, mono }), warn: never as never, settings })
  const taken = async (): Promise<number> => (await listSnapshots(memory))[0]?.seq ?? 0
  const after = async (events: number, ms: number): Promise<number> => {
    await grow(memory.log, events)
    mono += ms
    for (let times = 0; times < 3; times += 1) keeper.reached(await memory.log.lastSeq())
    await keeper.idle()
    return await taken()
  }
  await keeper.load()
  assert.is(await after(9, 0), 0, 'too few events, too soon')
  assert.is(await after(1, 0), 10)
  assert.is(await after(2, 5_000), 10, 'so few are read quickly')
  assert.is(await after(2, 0), 14)
  await grow(memory.log, 5)
  await keeper.last(await fold(memory.log))
  assert.is(await taken(), 19)
  assert.is((await listSnapshots(memory)).length, 3)
  assert.ok(E.isRight(await checkSnapshot(memory, (await listSnapshots(memory))[0]?.name ?? '')))
})

test.run()
