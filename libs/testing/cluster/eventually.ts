import { setTimeout as pause } from 'node:timers/promises'

const LOOK_EVERY_MS = 50

/** For what tells nobody when it changes, as an engine's listing: looks again and again; rejects when it is late. */
export const eventually = async (
  what: string,
  isSo: () => Promise<boolean>,
  withinMs: number,
  last: () => unknown = () => '',
): Promise<void> => {
  for (const giveUp = Date.now() + withinMs; !(await isSo()); await pause(LOOK_EVERY_MS)) {
    if (Date.now() > giveUp) throw new Error(`not within ${withinMs} ms: ${what} ${JSON.stringify(last())}`)
  }
}
