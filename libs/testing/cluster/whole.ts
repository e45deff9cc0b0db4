import type { Connection } from '#libs/log'
import { eventually } from './eventually'

const WHOLE_MS = 120_000

/** Resolves when three servers keep the log again, each all of it; rejects with what they say of it when that is late. */
export const untilWhole = async ({ log }: Connection): Promise<void> => {
  let said: unknown
  const isWhole = async (): Promise<boolean> => {
    try {
      const streams = await log.streams()
      said = streams
      return streams.every(({ copies }) => copies.length === 2 && copies.every(({ state }) => state === 'current'))
    } catch (cause) {
      said = String(cause)
      return false
    }
  }
  await eventually('all streams on three servers', isWhole, WHOLE_MS, () => said)
}
