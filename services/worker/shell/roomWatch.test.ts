import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createMemoryLog } from '#libs/log'
import { type Machine, theMachine } from '#libs/runtime'
import { eventOf } from '../../../libs/testing/logEvents'
import { type Fact, initialView } from '../core'
import { RoomWatch } from './roomWatch'

const named = { job: 'web', task: 'api', index: 0, worker: 'w1', attempt: 2, placement: 4 }
const RESTARTING: Fact = {
  id: 'web.api.0/4/2/TaskRestarting',
  instance: 'web.api.0',
  draft: { type: 'TaskRestarting', data: { ...named, delayMs: 0, restarts: 1, reason: 'exit code 1' } },
}
const COMPLETED: Fact = { ...RESTARTING, draft: { type: 'TaskCompleted', data: named } }

/** A watch on a log, how often it has looked, and a time that passes when it is told to. */
const watching = async () => {
  const { log } = createMemoryLog()
  await log.append([{ event: eventOf(RESTARTING.draft) }])
  let looks = 0
  let due: (() => void) | undefined
  const machine: Machine = {
    ...theMachine,
    after: (_ms, call) => {
      due = call
      return () => {
        due = undefined
      }
    },
  }
  const view = initialView('w1', ['simulated'])
  const counted = { ...log, info: () => log.info().finally(() => (looks += 1)) }
  const watch = new RoomWatch({ log: counted, view, machine, onLook() {} })
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  const pass = async (): Promise<void> => {
    const call = due
    due = undefined
    call?.()
    await settle()
  }
  const tell = async (fact: Fact): Promise<void> => {
    watch.told([fact])
    await settle()
  }
  return { log, view, tell, pass, looks: () => looks }
}

test('the room of the log is looked at only while containers are started again, now and then', async () => {
  const { tell, pass, looks } = await watching()
  await tell(COMPLETED)
  assert.is(looks(), 0)
  for (let count = 0; count < 5; count += 1) await tell(RESTARTING)
  assert.is(looks(), 1)
  await pass()
  assert.is(looks(), 2, 'once more for those since')
  await pass()
  assert.is(looks(), 2)
})

test('a log at its reserve is looked at until it has room again', async () => {
  const { log, view, tell, pass } = await watching()
  await log.limit((await log.info()).bytes)
  await tell(RESTARTING)
  assert.is(view.scarce, true)
  await pass()
  assert.is(view.scarce, true)
  await log.limit(null)
  await pass()
  assert.is(view.scarce, false)
})

test.run()
