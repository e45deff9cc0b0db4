import { randomBytes } from 'node:crypto'
import type { Log } from '#libs/log'
import { namesIn, redactMessage } from './event'
import { Words } from './words'

/**
 * The messages of a log in other words: names, images, environment and whatever else somebody wrote are hashed, each
 * always to the same, so that the log folds to the same shape. Reads the log once for its names before.
 */
export const redactedMessages = async (log: Log, prefix: string): Promise<Log['messages']> => {
  const names = new Set<string>()
  for await (const entries of log.read({ from: 1 })) {
    for (const { event } of entries) if (event.type !== 'Unreadable') for (const name of namesIn(event)) names.add(name)
  }
  const words = new Words(randomBytes(32).toString('hex'), names)
  return async function* (from, to) {
    for await (const batch of log.messages(from, to))
      yield batch.map((message) => redactMessage(message, prefix, words))
  }
}
