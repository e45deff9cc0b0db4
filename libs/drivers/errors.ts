import { type AttemptRef, containerName, type DriverError } from './port'

type More = { readonly where?: string; readonly next?: string }

/** The engine, or its host, will not have it so; the same again would be refused again. */
export const refused = (what: string, more: More = {}): DriverError => ({ tag: 'Refused', what, ...more })

/** It went wrong; it may go well another time. */
export const failed = (what: string, more: More = {}): DriverError => ({ tag: 'Failed', what, ...more })

/** Nobody has the image. */
export const imageMissing = (what: string, more: More = {}): DriverError => ({ tag: 'ImageMissing', what, ...more })

/** The engine does not answer: whether it was done is not known. */
export const unreachable = (what: string, more: More = {}): DriverError => ({ tag: 'Unreachable', what, ...more })

/** The name that a run needs is held by `ref`, of another placement. */
export const leftover = (ref: AttemptRef, where?: string): DriverError => ({
  tag: 'Leftover',
  what: `the name ${containerName(ref)} is still held by the container of placement ${ref.placement}`,
  ...(where === undefined ? {} : { where }),
  next: 'its worker removes it and tries again',
})
