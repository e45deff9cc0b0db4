import type { Entry, OrkEvent } from '#libs/events'
import { ending } from './sentence'

/** One attempt of an instance, as its events tell it. */
export interface Link {
  readonly attempt: number
  readonly worker: string
  /** RFC 3339; null: it did not start. */
  startedAt: string | null
  /** How its health stood last; null: it was not checked. */
  health: 'starting' | 'healthy' | 'unhealthy' | null
  /** What became of it, and why; null: it goes on. */
  end: string | null
  /** What followed: the restart, the next placement. */
  next: string | null
}

/** The attempts that the events of one instance tell of, oldest first. */
export const chainOf = (history: readonly Entry[]): readonly Link[] => {
  const links = new Map<string, Link>()
  for (const { event } of history) if (event.type !== 'Unreadable') tell(links, event)
  return [...links.values()]
}

type About = { readonly worker: string; readonly attempt: number }

const tell = (links: Map<string, Link>, event: OrkEvent): void => {
  if (!('attempt' in event.data) || !('worker' in event.data)) return
  const { data } = event
  const isNext = event.type === 'TaskRestarting'
  const link = linkOf(links, isNext ? { ...data, attempt: data.attempt - 1 } : data)
  switch (event.type) {
    case 'TaskStarted':
      link.startedAt = event.time
      link.health = event.data.checked ? 'starting' : null
      return
    case 'TaskHookEnded':
      if (event.data.stage === 'prestart' && event.data.reason !== null)
        link.end = `prestart ${event.data.hook} failed: ${event.data.reason}`
      return
    case 'TaskHealthChanged':
      link.health = event.data.health
      if (event.data.health === 'unhealthy') link.end = `unhealthy: ${event.data.reason ?? 'for no known reason'}`
      return
    case 'TaskExited':
      link.end ??= `ended ${ending(event.data)}`
      return
    case 'TaskRestarting':
      link.end ??= event.data.reason
      link.next = 'restarted in place'
      linkOf(links, event.data)
      return
    case 'TaskReplaceRequested':
    case 'TaskStopRequested':
    case 'TaskPreempted':
      link.next = event.data.reason
      return
    case 'TaskRejected':
      link.end = `turned down: ${event.data.reason}`
      return
    case 'TaskStopped':
      link.end = event.data.reason ?? 'stopped'
      return
    case 'TaskCompleted':
      link.end = 'completed'
      return
    case 'TaskFailed':
      link.end = `failed: ${event.data.reason}`
      return
    case 'TaskLost':
      link.end = `lost: ${event.data.reason}`
      return
    case 'TaskRescheduled':
      link.next = 'placed anew, elsewhere if it fits'
      return
    default:
      return
  }
}

const linkOf = (links: Map<string, Link>, { worker, attempt }: About): Link => {
  const key = `${worker} ${attempt}`
  const known = links.get(key)
  if (known !== undefined) return known
  const link: Link = { attempt, worker, startedAt: null, health: null, end: null, next: null }
  links.set(key, link)
  return link
}
