import type { Now } from '#libs/cluster'

/** The machine's two clocks, read together. */
export const systemNow = (): Now => ({ wall: Date.now(), mono: performance.now() })
