import { suite } from 'uvu'
import type { Log } from '#libs/log'
import { appending } from './log/appending'
import { archiving } from './log/archiving'
import { following, heartbeats } from './log/following'
import { reading } from './log/reading'
import type { It } from './log/tools'

/** What the contract needs of an implementation: a log with nothing in it. */
export interface LogHarness {
  open(): Promise<{ readonly log: Log; close(): Promise<void> }>
}

/** What every implementation of the port to the log must do; run it with `.run()`. */
export const logContract = (name: string, harness: LogHarness): void => {
  const test = suite(name)
  const it: It = (title, body) =>
    test(title, async () => {
      const { log, close } = await harness.open()
      try {
        await body(log)
      } finally {
        await close()
      }
    })

  appending(it)
  reading(it)
  following(it)
  heartbeats(it)
  archiving(it)
  test.run()
}
