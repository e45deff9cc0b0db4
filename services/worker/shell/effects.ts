import * as E from 'fp-ts/Either'
import type { Driver, DriverError, PullProgress } from '#libs/drivers'
import type { Machine } from '#libs/runtime'
import type { DriverName } from '#libs/spec'
import type { Effect, Observation } from '../core'
import type { Outfitter } from './container'

export interface EffectsOptions {
  readonly drivers: ReadonlyMap<DriverName, Driver>
  readonly outfitter: Outfitter
  readonly report: (seen: Observation) => void
  readonly machine: Machine
}

/** While a pull goes on, the log is told of it at most so often. */
const PULL_REPORT_MS = 3_000

/** Carries out what the core asks for, and reports each outcome as an observation. Decides nothing. */
export class Effects {
  private readonly pulls = new Map<string, Promise<E.Either<DriverError, void>>>()
  private readonly underWay = new Set<Promise<void>>()
  private readonly probes = new Set<Promise<void>>()

  constructor(private readonly options: EffectsOptions) {}

  carryOut(effect: Effect): void {
    const all = effect.tag === 'Probe' ? this.probes : this.underWay
    const work = this.perform(effect)
      .then((seen) => this.options.report(seen))
      .finally(() => all.delete(work))
    all.add(work)
  }

  /** Whether anything is being done that changes what runs. */
  get busy(): boolean {
    return this.underWay.size > 0
  }

  /** Resolves when nothing of the kind is being done any more. */
  async settled(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay)
  }

  private async perform(effect: Effect): Promise<Observation> {
    const driver = this.options.drivers.get(effect.driver)
    if (driver === undefined) return { tag: 'Unreachable', driver: effect.driver }
    const { ref } = effect
    switch (effect.tag) {
      case 'Run': {
        const spec = await this.options.outfitter.outfit(effect)
        const ran = E.isLeft(spec) ? spec : await driver.run(spec.right)
        if (E.isLeft(ran)) {
          // What it was given lies on disk; out of reach, it may have begun.
          if (ran.left.tag !== 'Unreachable') await this.options.outfitter.discard(ref)
          return { tag: 'NotRun', driver: effect.driver, ref, error: ran.left }
        }
        return { tag: 'Ran', ref, container: ran.right }
      }
      case 'Pull': {
        const pulled = await this.pull(driver, effect)
        return { tag: 'Pulled', driver: effect.driver, ref, error: E.isLeft(pulled) ? pulled.left : null }
      }
      case 'Stop': {
        const stopped = await driver.stop(ref, effect.signal, effect.graceMs)
        const exit = E.isLeft(stopped) ? stopped.left : stopped.right
        return { tag: 'StopDone', driver: effect.driver, ref, exit }
      }
      case 'Probe': {
        const found = await driver.probe(ref, effect.probe, effect.timeoutMs)
        return { tag: 'Probed', driver: effect.driver, ref, found: E.isLeft(found) ? found.left : found.right }
      }
      case 'Remove': {
        const removed = await driver.remove(ref)
        if (E.isRight(removed)) await this.options.outfitter.discard(ref)
        return { tag: 'RemoveDone', driver: effect.driver, ref, error: E.isLeft(removed) ? removed.left : null }
      }
    }
  }

  /** Instances that need the same image wait for one pull of it. */
  private pull(driver: Driver, effect: Extract<Effect, { tag: 'Pull' }>): Promise<E.Either<DriverError, void>> {
    const { image, ref, auth } = effect
    const key = `${driver.name}/${image}/${auth ?? ''}`
    const known = this.pulls.get(key)
    if (known !== undefined) return known
    const mono = (): number => this.options.machine.now().mono
    let reportedAt = mono()
    const report = (progress: PullProgress): void => {
      if (mono() - reportedAt < PULL_REPORT_MS) return
      reportedAt = mono()
      this.options.report({ tag: 'Pulling', ref, image, ...progress })
    }
    const pulling = this.options.outfitter
      .auth(auth)
      .then((who) => (E.isLeft(who) ? who : driver.pull(image, report, who.right)))
      .finally(() => this.pulls.delete(key))
    this.pulls.set(key, pulling)
    return pulling
  }
}
