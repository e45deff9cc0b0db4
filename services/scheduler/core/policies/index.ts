import type { Policy } from './policy'
import { spread } from './spread'

export type { Policy } from './policy'

/** All policies by name; adding one is one file and a line here. */
export const POLICIES: Readonly<Record<string, Policy>> = { spread }

export const DEFAULT_POLICY: Policy = spread
