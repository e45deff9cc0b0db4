import { type Attempt, instanceOf } from '#libs/cluster'
import type { Draft } from '#libs/events'
import { Heap } from '#libs/kernel'
import type { Life, Lives } from './lives'

/** Something that a worker is going to tell of a placement. */
export interface Fact {
  /** Milliseconds since 1970. */
  readonly at: number
  /** What comes first of what is due at once. */
  readonly order: number
  readonly placement: number
  readonly draft: Draft
}

/** What is placed starts, runs and ends as it was recorded to, or as its like was. */
export class Runs {
  private readonly due = new Heap<Fact>((a, b) => (a.at === b.at ? a.order < b.order : a.at < b.at))
  private readonly stopping = new Set<number>()
  /** What workers have to tell that are not heard, until they are. */
  private readonly untold = new Map<string, Fact[]>()
  private order = 0

  constructor(private readonly lives: Lives) {}

  peek(): Fact | undefined {
    return this.due.peek()
  }

  pop(): Fact | undefined {
    return this.due.pop()
  }

  /** It is told once its worker is heard again. */
  putOff(fact: Fact, worker: string): void {
    const untold = this.untold.get(worker)
    if (untold === undefined) this.untold.set(worker, [fact])
    else untold.push(fact)
  }

  /** A worker is heard again: it tells what it could not meanwhile. */
  tellAll(worker: string, at: number): void {
    for (const fact of this.untold.get(worker) ?? []) this.due.push({ ...fact, at, order: this.nextOrder() })
    this.untold.delete(worker)
  }

  /** Goes on with an attempt as it was recorded after a sequence. */
  goOn(attempt: Attempt, after: number): void {
    const life = this.lives.ofPlacement(attempt.placedSeq)
    for (const { seq, after: ms, draft } of life?.steps ?? []) {
      if (seq > after) this.plan((life?.placedAt ?? 0) + ms, attempt, draft)
    }
  }

  /** Begins with what was placed now; `leftAt`: from where on the record is another one. */
  begin(attempt: Attempt, leftAt: number, now: number): void {
    const life = this.lives.next(instanceOf(attempt), leftAt)
    if (life === undefined) return this.startAtOnce(attempt, now)
    for (const { after, draft } of life.steps) {
      const data = { ...draft.data, ...refOf(attempt), attempt: aheadOf(attempt, life) + draft.data.attempt }
      this.plan(now + after, attempt, { type: draft.type, data } as Draft)
    }
  }

  /** Has an attempt end that was asked to, once. */
  stopIfAsked(attempt: Attempt, now: number): void {
    if (attempt.state !== 'stopping' || this.stopping.has(attempt.placedSeq)) return
    this.stopping.add(attempt.placedSeq)
    const { job, name } = attempt.task
    const data = { ...refOf(attempt), attempt: attempt.attempt, reason: null, exitCode: null }
    this.plan(now + this.lives.stopTakes(job.name, name), attempt, { type: 'TaskStopped', data } as Draft)
  }

  /** Nothing is known of its like: it runs, and goes on. */
  private startAtOnce(attempt: Attempt, now: number): void {
    const data = { ...refOf(attempt), attempt: attempt.attempt, container: '', ports: [], checked: false }
    this.plan(now, attempt, { type: 'TaskStarted', data })
  }

  private plan(at: number, { placedSeq }: Attempt, draft: Draft): void {
    this.due.push({ at, order: this.nextOrder(), placement: placedSeq, draft })
  }

  private nextOrder(): number {
    this.order += 1
    return this.order
  }
}

/** Attempts count on from placement to placement. */
const aheadOf = (attempt: Attempt, life: Life): number => attempt.attempt - life.attempt

const refOf = ({ task, index, worker, placedSeq }: Attempt) => ({
  job: task.job.name,
  task: task.name,
  index,
  worker: worker ?? '_',
  placement: placedSeq,
})
