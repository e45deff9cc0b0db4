import type { Journal, Told } from '../../../services/worker/shell/journal'
import type { Process } from './process'
import type { Random } from './random'

/** A machine's disk, with a worker's journal on it: what was synced outlives the process, whatever it dies of. */
export class Disk {
  private readonly synced = new Map<string, Told>()

  /** The journal as one process has it. A note that something was sent may be lost, and it is then sent again. */
  openedBy(process: Process, random: Random): Journal {
    const written = (): Promise<void> =>
      new Promise((resolve) => {
        process.machine.after(random.between(0, 20), resolve)
      })
    return {
      recover: async () => {
        await written()
        return [...this.synced.values()]
      },
      keep: async (facts) => {
        await written()
        for (const fact of facts) this.synced.set(fact.id, fact)
      },
      sent: (facts) => {
        for (const { id } of facts) process.machine.after(random.between(0, 2_000), () => this.synced.delete(id))
      },
      clear: async () => {
        await written()
        this.synced.clear()
      },
      isFull: false,
      trouble: null,
      close: async () => {},
    }
  }
}
