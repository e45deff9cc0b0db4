import { EVENTS, type OrkEvent } from '#libs/events'
import type { LogInvariant } from './invariant'

/** The one who may have written it, as `role/name`; `null` for any of the role. */
const rightfulSource = (event: OrkEvent): { readonly role: string; readonly name: string | null } => {
  if (event.type === 'LeaderElected') return { role: event.data.role, name: event.data.holder }
  const { owner } = EVENTS[event.type]
  const worker = owner === 'worker' && 'worker' in event.data ? event.data.worker : null
  return { role: owner, name: worker }
}

export const owners: LogInvariant = {
  name: 'no event is written by a role that does not own it',
  watch: (_, fail) => ({
    stored: ({ seq, event }) => {
      const [role, name] = event.source.split('/')
      const rightful = rightfulSource(event)
      if (role !== rightful.role || (rightful.name !== null && rightful.name !== name)) {
        fail(`${event.type} at ${seq} was written by ${event.source}`)
      }
    },
  }),
}
