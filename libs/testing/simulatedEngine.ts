import * as E from 'fp-ts/Either'
import {
  type AttemptRef,
  type Container,
  containerName,
  type DriverError,
  type EngineHealth,
  type Exit,
  type Probed,
} from '#libs/drivers'
import type { TaskSpec } from '#libs/spec'

interface Run {
  readonly ref: AttemptRef
  readonly id: string
  readonly spec: TaskSpec
  state: Container['state']
  exit: Exit | null
  /** What probes find. */
  isWell: boolean
  /** What the engine says where the image has a check (`env.IMAGE_HEALTH`). */
  health: EngineHealth
}

/** What an engine tells by itself. */
export type Told =
  | { readonly tag: 'Exited' | 'Vanished'; readonly ref: AttemptRef; readonly exit: Exit }
  | { readonly tag: 'Health'; readonly ref: AttemptRef; readonly health: EngineHealth }

const GONE: Exit = { exitCode: null, oomKilled: false }

/**
 * The engine of the simulation: containers in a map, by the contract of the drivers' port. It does what it is told at
 * once; when it is told, and what its callers hear of it, is the simulation's to choose.
 */
export class SimulatedEngine {
  readonly runs = new Map<string, Run>()
  readonly images = new Set<string>()
  /** What happened and was not passed on yet, oldest first. */
  readonly told: Told[] = []
  /** Every container that ever was, by id. */
  readonly made = new Map<string, AttemptRef>()

  constructor(private readonly onStart: (ref: AttemptRef) => void) {}

  run(ref: AttemptRef, spec: TaskSpec): E.Either<DriverError, Container> {
    const name = containerName(ref)
    let run = this.runs.get(name)
    if (run === undefined) {
      if (spec.image !== undefined && !this.images.has(spec.image)) {
        return E.left({ tag: 'ImageMissing', what: `no image ${spec.image}` })
      }
      run = { ref, id: `c${this.made.size + 1}`, spec, state: 'created', exit: null, isWell: true, health: 'starting' }
      this.made.set(run.id, ref)
      this.runs.set(name, run)
      if (spec.env.DENIED !== undefined) return this.denies(name)
      if (spec.env.BROKEN === 'for now') return this.cannotNow(name)
      if (spec.env.BROKEN !== undefined) return E.left({ tag: 'Refused', what: 'no such command' })
    }
    if (run.ref.placement !== ref.placement) return E.left({ tag: 'Leftover', what: `${name} is there already` })
    if (run.state === 'created') {
      this.onStart(ref)
      run.state = 'running'
    }
    return E.right(shown(run))
  }

  /** Its worker does not give what is asked: the engine never hears of it. */
  private denies(name: string): E.Either<DriverError, never> {
    this.runs.delete(name)
    return E.left({ tag: 'Denied', what: 'no such secret', next: 'put it there' })
  }

  /** Trouble of the engine's own: it leaves nothing behind. */
  private cannotNow(name: string): E.Either<DriverError, never> {
    this.runs.delete(name)
    return E.left({ tag: 'Failed', what: 'no space left' })
  }

  /** The container ends by itself. */
  end(run: Run, exit: Exit): void {
    if (run.state !== 'running') return
    run.state = 'exited'
    run.exit = exit
    this.told.push({ tag: 'Exited', ref: run.ref, exit })
  }

  probe(ref: AttemptRef): Probed {
    const run = this.find(ref)
    return { ok: run?.state === 'running' && run.isWell, detail: 'status 500' }
  }

  /** The engine itself says how a container fares by its image's check. */
  tellHealth(run: Run, health: EngineHealth): void {
    run.health = health
    this.told.push({ tag: 'Health', ref: run.ref, health })
  }

  stop(ref: AttemptRef): Exit {
    const run = this.find(ref)
    if (run === undefined) return GONE
    this.end(run, { exitCode: 143, signal: 'SIGTERM', oomKilled: false })
    return run.exit ?? GONE
  }

  remove(ref: AttemptRef): void {
    if (this.find(ref) === undefined) return
    this.runs.delete(containerName(ref))
    this.told.push({ tag: 'Vanished', ref, exit: GONE })
  }

  private find(ref: AttemptRef): Run | undefined {
    const run = this.runs.get(containerName(ref))
    return run?.ref.placement === ref.placement ? run : undefined
  }

  list(): readonly Container[] {
    return [...this.runs.values()].map(shown)
  }
}

const shown = ({ ref, id, spec, state, exit, health }: Run): Container => ({
  ref,
  id,
  state,
  ports: [],
  ...(exit === null ? {} : { exit }),
  ...(spec.env.IMAGE_HEALTH === undefined || state !== 'running' ? {} : { health }),
})
