import type { EventEmitter } from 'node:events'
import { causeText } from '#libs/kernel'
import { unreachable } from '../errors'
import type { Container, EngineEvent, Owner } from '../port'
import { readContainers } from './containers'

const POLL_MS = 200

/**
 * Compares what is with what was, every 200 ms and as soon as a process of our own ends (`changes` says so): those that
 * another worker started are nobody's children any more, and only a look tells.
 */
export const watchProcesses = (
  dir: string,
  owner: Owner,
  changes: EventEmitter,
  tell: (event: EngineEvent) => void,
): { close(): void } => {
  let closed = false
  let before: ReadonlyMap<string, Container> | undefined
  let looking = false
  let again = false
  let failed = false
  const say = (event: EngineEvent): void => {
    if (!closed) tell(event)
  }

  const compare = (was: ReadonlyMap<string, Container>, is: ReadonlyMap<string, Container>): void => {
    for (const [id, { ref, exit }] of is) {
      if (exit !== undefined && was.get(id)?.exit === undefined) say({ tag: 'Exited', ref, exit })
    }
    for (const [id, { ref }] of was) if (!is.has(id)) say({ tag: 'Removed', ref })
  }

  const look = async (): Promise<void> => {
    try {
      const found = await readContainers(dir, owner)
      const now = new Map(found.map(({ container }) => [container.id, container]))
      if (before === undefined || failed) say({ tag: 'Resync' })
      if (before !== undefined) compare(before, now)
      before = now
      failed = false
    } catch (cause) {
      if (!failed) say({ tag: 'Unreachable', error: unreachable(causeText(cause), { where: dir }) })
      failed = true
    }
  }

  const lookSoon = async (): Promise<void> => {
    if (looking) {
      again = true
      return
    }
    looking = true
    do {
      again = false
      await look()
    } while (again && !closed)
    looking = false
  }

  const timer = setInterval(lookSoon, POLL_MS)
  changes.on('change', lookSoon)
  void lookSoon()
  return {
    close: () => {
      closed = true
      clearInterval(timer)
      changes.off('change', lookSoon)
    },
  }
}
