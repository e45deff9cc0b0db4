import type { DriverError } from '#libs/drivers'

/** This worker does not have, or does not give, what a container asks for; another one may. */
export type Denial = DriverError & { readonly tag: 'Denied' }

export const denied = (what: string, next: string): Denial => ({ tag: 'Denied', what, next })
