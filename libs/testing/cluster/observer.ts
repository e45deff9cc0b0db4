import { type Cluster, emptyCluster, evolve, findInstance, type Instance, ignoreChanges } from '#libs/cluster'
import type { Entry, EventOf, EventType } from '#libs/events'
import type { Connection } from '#libs/log'

const LINES_SHOWN = 40

/** Folds the log beside the services, so that a test waits for what it says and sleeps never. */
export class Observer {
  readonly view: Cluster = emptyCluster()
  readonly entries: Entry[] = []
  private readonly looks = new Set<() => void>()
  private readonly following: { readonly caughtUp: Promise<void>; stop(): Promise<void> }

  constructor(connection: Connection) {
    this.following = connection.log.follow({
      from: 1,
      onEntries: (entries) => {
        for (const entry of entries) {
          this.entries.push(entry)
          evolve(this.view, entry, ignoreChanges)
        }
        for (const look of [...this.looks]) look()
      },
    })
  }

  /** Resolves when the view is so; rejects with what was waited for and the last events when it is not in time. */
  until(what: string, isSo: (view: Cluster) => boolean, withinMs = 60_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(late)
        this.looks.delete(look)
      }
      const look = (): void => {
        if (!isSo(this.view)) return
        done()
        resolve()
      }
      const late = setTimeout(() => {
        done()
        reject(new Error(`not within ${withinMs} ms: ${what}\nthe last events were\n${this.lastEvents()}`))
      }, withinMs)
      this.looks.add(look)
      look()
    })
  }

  /** Resolves with the first event that fits, from a sequence on. */
  async event<T extends EventType>(
    type: T,
    fits: (data: EventOf<T>['data']) => boolean = () => true,
    from = 1,
    withinMs?: number,
  ): Promise<EventOf<T>> {
    const find = (): EventOf<T> | undefined => this.all(type, from).find(({ data }) => fits(data))
    await this.until(`a ${type} that fits`, () => find() !== undefined, withinMs)
    const found = find()
    if (found === undefined) throw new Error(`no ${type}`)
    return found
  }

  /** All events of one type so far, from a sequence on. */
  all<T extends EventType>(type: T, from = 1): EventOf<T>[] {
    return this.entries.flatMap(({ seq, event }) =>
      seq >= from && event.type === type ? [event as unknown as EventOf<T>] : [],
    )
  }

  instances(job: string): readonly Instance[] {
    return [...(this.view.jobs.get(job)?.tasks.values() ?? [])].flatMap(({ instances }) => [...instances])
  }

  instance(job: string, task: string, index: number): Instance {
    const found = findInstance(this.view, job, task, index)
    if (found === undefined) throw new Error(`the log knows no ${job}.${task}.${index}`)
    return found
  }

  /** Resolves when all instances of the job run and are as many as given. */
  running(job: string, replicas: number, withinMs?: number): Promise<void> {
    const allRun = (): boolean => {
      const instances = this.instances(job)
      return instances.length === replicas && instances.every(({ state }) => state === 'running')
    }
    return this.until(`${replicas} running instances of ${job}`, allRun, withinMs)
  }

  lastEvents(count = LINES_SHOWN): string {
    const lines = this.entries.slice(-count).map(({ seq, event }) => {
      const when = 'time' in event ? event.time.slice(11, 23) : ''
      return `  ${seq} ${when} ${event.type} ${'data' in event ? JSON.stringify(event.data).slice(0, 160) : ''}`
    })
    return lines.join('\n')
  }

  stop(): Promise<void> {
    return this.following.stop()
  }
}
