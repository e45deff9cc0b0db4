import type { Journal, Told } from '../../../services/worker/shell/journal'
import { Pipe } from './link'
import type { Process } from './process'
import type { Random } from './random'
import type { Time } from './time'

/** A machine's disk, with a worker's journal on it: what was synced outlives the process, whatever it dies of. */
export class Disk {
  private readonly synced = new Map<string, Told>()
  /** The place of a record of which a byte has changed; null: none. */
  private damagedAt: number | null = null

  /** `lost`: told of each fact that the journal had, and can no longer be read. */
  constructor(
    private readonly time: Time,
    private readonly lost: (fact: Told) => void,
  ) {}

  /** Changes a byte of what the journal then holds when it is read next. */
  damage(place: number): void {
    this.damagedAt = place
  }

  /** The journal as one process has it. A note that something was sent may be lost, and it is then sent again. */
  openedBy(process: Process, random: Random): Journal {
    const writes = new Pipe(this.time, () => random.between(0, 20)) // one after the other
    const written = (): Promise<void> =>
      new Promise((resolve) => {
        writes.push(() => process.run(resolve))
      })
    /** What the log does not have yet, as far as this process knows. */
    const held = new Set<string>()
    return {
      recover: async () => {
        await written()
        this.loseDamaged()
        for (const id of this.synced.keys()) held.add(id)
        return [...this.synced.values()]
      },
      keep: async (facts) => {
        for (const { id } of facts) held.add(id)
        await written()
        for (const fact of facts) if (held.has(fact.id)) this.synced.set(fact.id, fact)
      },
      sent: (facts) => {
        for (const { id } of facts) {
          held.delete(id)
          process.machine.after(random.between(0, 2_000), () => this.synced.delete(id))
        }
      },
      clear: async () => {
        await written()
        if (held.size === 0) this.synced.clear()
      },
      isFull: false,
      trouble: null,
      close: async () => {},
    }
  }

  private loseDamaged(): void {
    const facts = [...this.synced.values()]
    const damaged = this.damagedAt === null ? undefined : facts[this.damagedAt % Math.max(1, facts.length)]
    if (damaged === undefined) return
    this.damagedAt = null
    this.synced.delete(damaged.id)
    this.lost(damaged)
  }
}
