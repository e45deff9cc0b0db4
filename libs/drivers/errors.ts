import type { DriverError } from './port'

type More = { readonly where?: string; readonly next?: string }

export const refused = (what: string, more: More = {}): DriverError => ({ tag: 'Refused', what, ...more })

export const imageMissing = (what: string, more: More = {}): DriverError => ({ tag: 'ImageMissing', what, ...more })

export const unreachable = (what: string, more: More = {}): DriverError => ({ tag: 'Unreachable', what, ...more })
