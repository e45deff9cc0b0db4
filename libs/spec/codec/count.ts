import { integer } from '../shapes'

/** What counts something, or measures it in the unit that its field's name says. */
export const count = integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
