import type { Instance } from '#libs/cluster'
import type { Draft, EventOf, OrkEvent } from '#libs/events'
import { instanceId } from '#libs/kernel'
import { endsByItself } from '#libs/spec'

/** Facts that tell how a run goes by itself. */
type StepEvent = EventOf<
  'TaskPulling' | 'TaskStarted' | 'TaskHealthChanged' | 'TaskExited' | 'TaskRestarting' | 'TaskCompleted' | 'TaskFailed'
>

export interface Step {
  /** Milliseconds after its placement. */
  readonly after: number
  readonly seq: number
  readonly draft: Draft<StepEvent['type']>
}

/** What a placement was recorded to come to. */
export interface Life {
  /** Sequence of its TaskScheduled. */
  readonly placement: number
  readonly attempt: number
  /** 0: before the stretch that is looked at, so that what comes after it is counted from 1970. */
  readonly placedAt: number
  readonly steps: Step[]
  /** Whether it ended by itself; else it was cut short, or goes on. */
  ended: boolean
  /** It was stopped, lost or turned down: how long it would have run is not known. */
  cut: boolean
  stopAskedAt: number | null
}

/** The middle one of a task's, by length, of those that were not cut short; and of these, of those that have ended. */
interface Like {
  readonly any: Life | undefined
  readonly ended: Life | undefined
}

interface Placed {
  readonly job: string
  readonly task: string
  readonly index: number
  readonly attempt: number
}

/** How long things took: of every placement in a stretch of the log, and for those there was none of, of its like. */
export class Lives {
  private readonly byPlacement = new Map<number, Life>()
  /** Of those placed in the stretch, in the order of the log. */
  private readonly byInstance = new Map<string, Life[]>()
  private readonly byTask = new Map<string, Life[]>()
  private readonly jobChangedAt = new Map<string, number>()
  /** By task: how long the last one took to stop. */
  private readonly stopMs = new Map<string, number>()
  /** By task: what one comes to of which nothing else is known; worked out once all is told. */
  private likes: ReadonlyMap<string, Like> | null = null

  /** Takes note of an entry, at the time when it came. */
  tell(event: OrkEvent, seq: number, at: number): void {
    switch (event.type) {
      case 'JobStopRequested':
      case 'JobSubmitted':
      case 'JobScaled':
      case 'JobReverted':
        this.jobChangedAt.set(event.data.job, at)
        return
      case 'TaskScheduled':
        return this.begin(event.data, seq, at)
      case 'TaskStopRequested':
      case 'TaskPreempted':
        this.of(event.data).stopAskedAt ??= at
        return
      case 'TaskStopped':
        return this.stopped(event.data, at)
      case 'TaskRejected':
      case 'TaskLost':
        this.of(event.data).cut = true
        return
      case 'TaskPulling':
      case 'TaskStarted':
      case 'TaskHealthChanged':
      case 'TaskExited':
      case 'TaskRestarting':
      case 'TaskCompleted':
      case 'TaskFailed': {
        const life = this.of(event.data)
        if (life.stopAskedAt !== null) return
        const { type, data } = event
        life.steps.push({ after: at - life.placedAt, seq, draft: { type, data } as Step['draft'] })
        life.ended ||= type === 'TaskCompleted' || type === 'TaskFailed'
      }
    }
  }

  ofPlacement(placement: number): Life | undefined {
    return this.byPlacement.get(placement)
  }

  /**
   * What the next placement of an instance comes to: what its own next one after a sequence did, or where that was cut
   * short, or was not told of any more, the middle one of its task. Undefined: nothing is known of its like.
   */
  next({ task, index }: Instance, after: number): Life | undefined {
    const { job, name } = task
    const own = this.byInstance.get(instanceId({ job: job.name, task: name, index })) ?? []
    while ((own[0]?.placement ?? Number.POSITIVE_INFINITY) <= after) own.shift()
    const life = own.shift()
    const told = life !== undefined && life.steps.length > 0 ? life : undefined
    if (told?.cut === false) return told
    this.likes ??= this.likesOf()
    const like = this.likes.get(`${job.name}.${name}`)
    return (endsByItself(job.kind) ? like?.ended : like?.any) ?? told
  }

  /** How long it takes to stop one of a task; milliseconds. */
  stopTakes(job: string, task: string): number {
    return this.stopMs.get(`${job}.${task}`) ?? [...this.stopMs.values()][0] ?? 0
  }

  private likesOf(): ReadonlyMap<string, Like> {
    return new Map(
      [...this.byTask].map(([task, lives]) => {
        const whole = lives
          .filter(({ cut, steps }) => !cut && steps.length > 0)
          .sort((a, b) => lengthOf(a) - lengthOf(b))
        return [task, { any: middleOf(whole), ended: middleOf(whole.filter(({ ended }) => ended)) }]
      }),
    )
  }

  private begin(data: Placed, seq: number, at: number): void {
    const life = newLife(seq, data.attempt, at)
    this.byPlacement.set(seq, life)
    push(this.byInstance, instanceId(data), life)
    push(this.byTask, `${data.job}.${data.task}`, life)
  }

  private of(data: Placed & { readonly placement: number }): Life {
    const known = this.byPlacement.get(data.placement)
    if (known !== undefined) return known
    const life = newLife(data.placement, data.attempt, 0)
    this.byPlacement.set(data.placement, life)
    return life
  }

  private stopped(data: Placed & { readonly placement: number }, at: number): void {
    const life = this.of(data)
    const asked = life.stopAskedAt ?? this.jobChangedAt.get(data.job)
    life.cut = true
    if (asked === undefined) return
    this.stopMs.set(`${data.job}.${data.task}`, at - asked)
    while ((life.steps.at(-1)?.after ?? Number.NEGATIVE_INFINITY) >= asked - life.placedAt) life.steps.pop()
  }
}

const newLife = (placement: number, attempt: number, placedAt: number): Life => ({
  placement,
  attempt,
  placedAt,
  steps: [],
  ended: false,
  cut: false,
  stopAskedAt: null,
})

const middleOf = (lives: readonly Life[]): Life | undefined => lives[lives.length >> 1]

const lengthOf = ({ steps }: Life): number => steps.at(-1)?.after ?? 0

const push = (map: Map<string, Life[]>, key: string, life: Life): void => {
  const known = map.get(key)
  if (known === undefined) map.set(key, [life])
  else known.push(life)
}
