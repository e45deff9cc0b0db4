/** Seeds that once broke a promise, as the plans were then, and what was wrong in ork; each has a story test, too. */
export const REGRESSIONS: readonly { readonly seed: number; readonly events: number; readonly found: string }[] = [
  {
    seed: 2,
    events: 60,
    found: 'a stale event moved a job and nobody was told, so the new leader never wrote its JobStopped again',
  },
]
