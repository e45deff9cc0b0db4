import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { EventOf } from '#libs/events'
import { type AppendResult, createMemoryLog, type Log } from '#libs/log'
import { createLogger, theMachine } from '#libs/runtime'
import type { Fact } from '../core'
import type { Journal, Told } from './journal'
import { Outbox } from './outbox'

const fact = (index: number, attempt: number): Fact => ({
  id: `web.api.${index}/4/${attempt}/TaskCompleted`,
  instance: `web.api.${index}`,
  draft: { type: 'TaskCompleted', data: { job: 'web', task: 'api', index, worker: 'w1', attempt, placement: 4 } },
})

/** An outbox whose log takes nothing until it is opened. */
const closedOutbox = (past: readonly Told[] = []) => {
  const { log } = createMemoryLog()
  const kept: string[] = []
  const sent: string[] = []
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const calls: number[] = []
  const gate: Log = {
    ...log,
    append: async (items): Promise<readonly AppendResult[]> => {
      calls.push(items.length)
      await opened
      return log.append(items)
    },
  }
  const journal: Journal = {
    recover: async () => past,
    keep: async (facts) => void kept.push(...facts.map(({ id }) => id)),
    sent: (facts) => void sent.push(...facts.map(({ id }) => id)),
    clear: async () => void sent.push('clear'),
    isFull: false,
    trouble: null,
    close: async () => {},
  }
  const logger = createLogger('w1', 'error', { write() {} })
  const outbox = new Outbox({ log: gate, journal, worker: 'w1', logger, machine: theMachine, onRoom() {} })
  const storedIds = async (): Promise<string[]> => {
    const ids: string[] = []
    for await (const entries of log.read({ from: 1 })) {
      for (const { event } of entries) ids.push('id' in event ? event.id : '')
    }
    return ids
  }
  const stored = async (): Promise<string[]> =>
    (await storedIds()).map((id) => id.replace('/4/', '#').split('/')[0] ?? '')
  return { outbox, kept, sent, open, calls, stored, storedIds }
}

test('facts of an instance go one after the other, of several at once', async () => {
  const { outbox, open, calls, stored } = closedOutbox()
  outbox.add([fact(0, 1), fact(0, 2), fact(1, 1), fact(0, 3)], 1_000, 0)
  open()
  await outbox.drained()
  assert.equal(calls, [2, 1, 1])
  assert.equal(await stored(), ['web.api.0#1', 'web.api.1#1', 'web.api.0#2', 'web.api.0#3'])
})

test('a fact that is acknowledged quickly is not kept', async () => {
  const { outbox, open, kept } = closedOutbox()
  open()
  outbox.add([fact(0, 1)], 1_000, 0)
  await outbox.drained()
  await new Promise((resolve) => setTimeout(resolve, 400))
  assert.equal(kept, [])
})

test('one that is not goes to the journal in the order in which all came, and is taken out once it is sent', async () => {
  const { outbox, open, kept, sent } = closedOutbox()
  const all = [fact(0, 1), fact(1, 1), fact(0, 2)]
  outbox.add(all.slice(0, 2), 1_000, 0)
  outbox.add(all.slice(2), 1_000, 0)
  while (kept.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  const ids = all.map(({ id }) => id)
  assert.equal(kept, ids)
  open()
  await outbox.drained()
  assert.equal(sent, [...ids, 'clear'])
})

test('without servers nothing waits to be kept', async () => {
  const { outbox, kept } = closedOutbox()
  outbox.onStatus(false)
  outbox.add([fact(0, 1)], 1_000, 0)
  await new Promise((resolve) => setTimeout(resolve, 30))
  assert.is(kept.length, 1)
})

test('what an earlier life left is sent first, and is not kept again', async () => {
  const past = [fact(0, 1), fact(0, 2)].map((one) => ({ ...one, time: 500 }))
  const { outbox, open, kept, stored } = closedOutbox(past)
  open()
  await outbox.recover()
  outbox.add([fact(0, 3)], 1_000, 0)
  await outbox.drained()
  assert.equal(await stored(), ['web.api.0#1', 'web.api.0#2', 'web.api.0#3'])
  assert.equal(kept, [])
})

test('what the log had before it was decided had no effect there: it is told again, in its turn, under another id', async () => {
  const { outbox, open, kept, storedIds } = closedOutbox()
  open()
  outbox.add([fact(0, 2), fact(0, 3)], 1_000, 0)
  await outbox.drained()
  outbox.add([fact(0, 1), fact(0, 2), fact(0, 3), fact(0, 4)], 2_000, 2)
  await outbox.drained()
  const id = (attempt: number): string => fact(0, attempt).id
  assert.equal(await storedIds(), [id(2), id(3), id(1), `${id(2)}@2`, `${id(3)}@2`, id(4)])
  assert.equal(kept, [])
})

test('one that is kept because the log does not answer is still told again, by the next life too', async () => {
  const before = { ...fact(0, 1), time: 500, asOf: 1 }
  const { outbox, open, storedIds } = closedOutbox([before])
  open()
  outbox.add([fact(0, 1)], 400, 0)
  await outbox.drained()
  await outbox.recover()
  assert.equal(await storedIds(), [before.id, `${before.id}@1`])
})

test('in a log that was restored from a backup, and is behind what facts were decided on, each comes once', async () => {
  const { outbox, open, storedIds } = closedOutbox([{ ...fact(0, 1), time: 500, asOf: 1_000 }])
  open()
  await outbox.recover()
  assert.equal(await storedIds(), [fact(0, 1).id])
})

test('but for one that is in the backup, to no effect: it is told again', async () => {
  const lost = { ...fact(0, 1), time: 500, asOf: 1_000 }
  const { outbox, open, storedIds } = closedOutbox([lost])
  open()
  outbox.add([fact(0, 1)], 400, 0)
  await outbox.drained()
  await outbox.recover()
  assert.equal(await storedIds(), [lost.id, `${lost.id}@1`])
})

test('one that was stored after it was decided is a repeat, and stays one', async () => {
  const told = { ...fact(0, 1), time: 500, asOf: 0 }
  const { outbox, open, storedIds } = closedOutbox([told])
  open()
  outbox.add([fact(0, 1)], 400, 0)
  await outbox.drained()
  await outbox.recover()
  assert.equal(await storedIds(), [told.id])
})

test('what moves nothing on is not told again', async () => {
  const { outbox, open, storedIds } = closedOutbox()
  const { id, instance, draft } = fact(0, 1)
  const hook = { hook: 'migrate', stage: 'prestart', container: 'c1' } as const
  const begun: Fact = {
    id,
    instance,
    draft: { type: 'TaskHookStarted', data: { ...(draft.data as EventOf<'TaskCompleted'>['data']), ...hook } },
  }
  open()
  for (const asOf of [0, 1]) {
    outbox.add([begun], 1_000, asOf)
    await outbox.drained()
  }
  assert.equal(await storedIds(), [id])
})

test.run()
