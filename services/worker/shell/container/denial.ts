import type { DriverError } from '#libs/drivers'

/** This worker does not have, or does not give, what a container asks for; another one may. */
export type Denial = DriverError & { readonly tag: 'Denied' }

/** What this worker does not give to jobs, and what would let it. */
export const denied = (what: string, next: string): Denial => ({ tag: 'Denied', what, next })
