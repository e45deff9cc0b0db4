import { NO_RESOURCES, RESOURCE_NAMES, type ResourceName, type Resources } from '#libs/kernel'

/** What requests come to in the middle. Of a resource that fewer than half ask for it is nothing. */
export class Usual {
  private readonly sums = new Float64Array(RESOURCE_NAMES.length)
  private readonly asking = new Float64Array(RESOURCE_NAMES.length)
  private count = 0
  private known = NO_RESOURCES

  note({ cpuMilli, memoryBytes, diskBytes }: Resources): void {
    this.count += 1
    this.add(0, cpuMilli)
    this.add(1, memoryBytes)
    this.add(2, diskBytes)
  }

  /** Of those since the last time; as it was then where there were none. */
  take(): Resources {
    if (this.count === 0) return this.known
    const middle = (name: ResourceName): number => {
      const at = RESOURCE_NAMES.indexOf(name)
      const [sum, asking] = [this.sums[at] as number, this.asking[at] as number]
      return asking * 2 < this.count ? 0 : Math.round(sum / asking)
    }
    this.known = { cpuMilli: middle('cpuMilli'), memoryBytes: middle('memoryBytes'), diskBytes: middle('diskBytes') }
    this.sums.fill(0)
    this.asking.fill(0)
    this.count = 0
    return this.known
  }

  private add(at: number, amount: number): void {
    if (amount === 0) return
    this.sums[at] = (this.sums[at] as number) + amount
    this.asking[at] = (this.asking[at] as number) + 1
  }
}
