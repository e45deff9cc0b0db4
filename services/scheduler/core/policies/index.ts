import type { Policy } from './policy'
import { spread } from './spread'

export type { Policy } from './policy'

/** What decides where nothing else was asked for. */
export const DEFAULT_POLICY: Policy = spread
