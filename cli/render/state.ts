import type { InstanceState, JobState, UpdateState, WorkerState } from '#libs/cluster'
import type { Colours } from '../output'

type State = InstanceState | JobState | UpdateState | WorkerState
type Paint = (text: string) => string

/** The colour of a state, the same wherever it is shown. */
export const paintState = (colours: Colours, state: State): Paint => {
  switch (state) {
    case 'running':
    case 'ready':
    case 'completed':
    case 'succeeded':
      return colours.green
    case 'failed':
    case 'lost':
      return colours.red
    case 'pending':
    case 'exited':
    case 'suspected':
    case 'paused':
      return colours.yellow
    case 'scheduled':
    case 'starting':
    case 'stopping':
      return colours.cyan
    case 'stopped':
    case 'purged':
    case 'left':
    case 'forgotten':
      return colours.dim
  }
}

/** `2 running, 1 pending`, in the order of an attempt's life; `none` for nothing. */
export const renderCounts = (counts: Readonly<Partial<Record<State, number>>>, colours: Colours): string => {
  const shown = Object.entries(counts) as [State, number][]
  if (shown.length === 0) return 'none'
  return shown.map(([state, n]) => paintState(colours, state)(`${n} ${state}`)).join(', ')
}

/** ` (1 not healthy yet)` behind the counts; nothing where all are, or of a service of an earlier version. */
export const renderUnready = (unready: number | undefined, colours: Colours): string =>
  unready === undefined || unready === 0 ? '' : colours.yellow(` (${unready} not healthy yet)`)
