import * as E from 'fp-ts/Either'
import {
  type AttemptRef,
  type Container,
  type ContainerSpec,
  type Driver,
  type DriverError,
  type DriverResult,
  type Exit,
  type SimulatedDriver,
  simulatedDriver,
} from '#libs/drivers'
import { Pipe } from './link'
import { EPOCH, type Process } from './process'
import type { Random } from './random'
import type { Time } from './time'
import type { Weather } from './weather'

/** What is left of a call to an engine that hangs. */
const HANG_MS = [5_000, 40_000] as const
const KILLED: Exit = { exitCode: 137, signal: 'SIGKILL', oomKilled: false }
/** How often it does not say which it is. */
const SILENT_OF_ITSELF = 0.2
/** In a task's environment: the worker whose engine cannot start it, until all is mended. */
export const NO_START_ON = 'SIM_NO_START_ON'
/** What the engine itself tells of its health, by the image's HEALTHCHECK, is not asked for by a probe. */
const wellForGood = (spec: ContainerSpec): ContainerSpec => {
  const { SIM_UNHEALTHY_AFTER_MS: _, ...env } = spec.env
  return { ...spec, env }
}

const NO_START: DriverError = { tag: 'Failed', what: 'a stranger has its port' }
const NO_ANSWER: DriverError = { tag: 'Unreachable', what: 'the engine does not answer' }

/** The owner of all containers on a worker's engine. */
export const ownerOf = (worker: string) => ({ cluster: 'sim', worker })

/** Told of what really happens on an engine. */
export interface EngineObserver {
  started(container: Container): void
  ended(container: Container): void
  /** A process was told what a probe has found. */
  probed(process: string, ref: AttemptRef, ok: boolean): void
}

/** The containers of one machine. They outlive the worker's process, and whatever happens to them is done here. */
export class Engine {
  private readonly host: SimulatedDriver
  private readonly images = new Set<string>()
  /** When it last was out of reach, or did not do what it was asked. */
  troubledAt = 0
  /** A machine that was switched off for good. */
  private gone = false
  isReachable = true
  /** From when on every container starts and is found to be well, whatever its environment says of it. */
  isHealed = false

  constructor(
    readonly worker: string,
    private readonly time: Time,
    private readonly tell: EngineObserver,
  ) {
    this.host = simulatedDriver({
      clock: { now: () => EPOCH + Math.floor(time.now), after: (ms, run) => time.after(ms, run) },
      onStart: (container) => tell.started(container),
      onEnd: (container) => tell.ended(container),
    })
  }

  /** Every container that is there, in the order of its making; none on a machine that is off. */
  get containers() {
    return this.gone ? [] : this.host.containersOf(ownerOf(this.worker))
  }

  /** Ends a container by itself. */
  end(ref: AttemptRef, exit: Exit): void {
    this.host.kill(ref, exit)
  }

  /** Removes a container behind everybody's back. */
  async lose(ref: AttemptRef): Promise<void> {
    await this.host.remove(ref)
  }

  loseImages(): void {
    this.images.clear()
  }

  setReachable(reachable: boolean): void {
    this.isReachable = reachable
    this.troubledAt = this.time.now
    this.host.setReachable(reachable)
  }

  /** All that runs is killed. */
  killAll(): void {
    for (const { ref, state } of this.containers) if (state === 'running') this.end(ref, KILLED)
  }

  switchOff(): void {
    this.killAll()
    this.gone = true
  }

  /** The engine as one process on its machine reaches it: it may not hear, not answer, or hang; `moods`: not say who it is. */
  reachedBy(process: Process, random: Random, moods: Random, weather: Weather): Driver {
    const wait = (ms: number): Promise<void> => new Promise((resolve) => this.time.after(ms, resolve))
    const call = async <T>(work: () => DriverResult<T>): DriverResult<T> => {
      await process.passes('engine', 'before')
      const isUnheard = random.chance(weather.unheardCalls)
      const isUnanswered = random.chance(weather.unansweredCalls)
      const hangMs = random.chance(weather.hangingCalls) ? random.between(...HANG_MS) : 0
      if (isUnheard || isUnanswered || hangMs > 0) this.troubledAt = this.time.now + hangMs
      await wait(random.between(0, 20))
      const result = isUnheard ? E.left(NO_ANSWER) : await work()
      await process.passes('engine', 'after')
      await wait(random.between(0, 20) + hangMs)
      return new Promise((resolve) => {
        process.run(() => resolve(isUnanswered || hangMs > 0 ? E.left(NO_ANSWER) : result))
      })
    }
    const { host } = this
    return {
      ...host,
      identity: async () => (moods.chance(SILENT_OF_ITSELF) ? E.left(NO_ANSWER) : host.identity()),
      list: (owner) => call(() => host.list(owner)),
      pull: (image, progress) => call(() => this.pull(image, progress)),
      run: (spec) =>
        call(async () => {
          if (spec.image !== undefined && !this.images.has(spec.image)) {
            return E.left({ tag: 'ImageMissing', what: `no image ${spec.image}` })
          }
          if (spec.env[NO_START_ON] === this.worker && !this.isHealed) return E.left(NO_START)
          return host.run(this.isHealed ? wellForGood(spec) : spec)
        }),
      stop: (ref, signal, graceMs) => call(() => host.stop(ref, signal, graceMs)),
      probe: async (ref, probe, timeoutMs) => {
        const found = await call(async () =>
          this.isHealed ? E.right({ ok: true, detail: 'it is well' }) : host.probe(ref, probe, timeoutMs),
        )
        if (E.isRight(found)) this.tell.probed(process.name, ref, found.right.ok)
        return found
      },
      remove: (ref) => call(() => host.remove(ref)),
      watch: (owner, tell) => {
        const news = new Pipe(this.time, () => random.between(0, 20))
        const watching = host.watch(owner, (event) => {
          // Engines tell some things twice.
          const times = random.chance(weather.repeats) ? 2 : 1
          for (let told = 0; told < times; told += 1) news.push(() => process.run(() => tell(event)))
        })
        process.onEnd(() => watching.close())
        return watching
      },
    }
  }

  private async pull(image: string, progress: Parameters<Driver['pull']>[1]): DriverResult<void> {
    if (image.startsWith('no/')) return E.left({ tag: 'ImageMissing', what: `there is no image ${image}` })
    progress({ doneBytes: 1, totalBytes: 2 })
    this.images.add(image)
    return E.right(undefined)
  }
}
