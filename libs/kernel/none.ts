/** The one empty list: of a million that have none of something, each would keep its own. */
export const NONE: readonly never[] = []
