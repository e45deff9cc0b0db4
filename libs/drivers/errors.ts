import { type AttemptRef, containerName, type DriverError } from './port'

type More = { readonly where?: string; readonly next?: string }

export const refused = (what: string, more: More = {}): DriverError => ({ tag: 'Refused', what, ...more })

export const failed = (what: string, more: More = {}): DriverError => ({ tag: 'Failed', what, ...more })

export const imageMissing = (what: string, more: More = {}): DriverError => ({ tag: 'ImageMissing', what, ...more })

export const unreachable = (what: string, more: More = {}): DriverError => ({ tag: 'Unreachable', what, ...more })

/** The name that a run needs is held by `ref`, of another placement. */
export const leftover = (ref: AttemptRef, where?: string): DriverError => ({
  tag: 'Leftover',
  what: `the name ${containerName(ref)} is still held by the container of placement ${ref.placement}`,
  ...(where === undefined ? {} : { where }),
  next: 'its worker removes it and tries again',
})
