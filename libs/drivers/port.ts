import type { Readable } from 'node:stream'
import type * as E from 'fp-ts/Either'
import type { InstanceRef, OrkError } from '#libs/kernel'
import type { ContainerSettings, DriverName, PortSpec, Probe, TaskResources } from '#libs/spec'
import type { ExecOptions, ExecSession } from './session'

/** One container run of an instance; a container belongs to exactly one, as its own or as one of its hooks. */
export interface AttemptRef extends InstanceRef {
  readonly attempt: number
  /**
   * Sequence of the TaskScheduled that the attempt belongs to. A worker that was cut off counts attempts that the log
   * never heard of, so the number alone may come again.
   */
  readonly placement: number
  /** The hook that it is of; absent: it is the attempt's own. */
  readonly hook?: string
}

/**
 * `ork-<job>-<task>-<index>-<attempt>`, and for a hook `.<hook>`: the container's name, so that a repeated create finds
 * the first one. That it is this very attempt's is known by its placement, which it carries besides.
 */
export const containerName = ({ job, task, index, attempt, hook }: Omit<AttemptRef, 'placement'>): string => {
  const name = ['ork', job, task, index, attempt].join('-')
  return hook === undefined ? name : `${name}.${hook}`
}

/** All that a driver needs to run one attempt. */
export interface ContainerSpec {
  readonly ref: AttemptRef
  /** Given to the container as labels, and all that `list` and `watch` look at: other clusters' are never touched. */
  readonly owner: Owner
  readonly image?: string
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly resources: TaskResources
  readonly ports: readonly PortSpec[]
  readonly settings?: ContainerSettings
  /** Folder of this machine that the container sees, read only, as `SECRETS_DIR`. */
  readonly secretsDir?: string
  readonly stopSignal: string
  /** Whether a HEALTHCHECK that the image has is to be carried out by the engine. */
  readonly imageHealth: boolean
}

/** What the engine says of a container by the HEALTHCHECK of its image. */
export type EngineHealth = 'starting' | 'healthy' | 'unhealthy'

/** What a probe found: whether it succeeded, and how, for people. */
export interface Probed {
  readonly ok: boolean
  readonly detail: string
}

export interface Owner {
  /** Identity of the log. */
  readonly cluster: string
  readonly worker: string
}

/**
 * How a container ended. `signal` is set where one ended it (128 + n), `oomKilled` where the kernel did. `exitCode` null:
 * nobody knows, for the container went and left no word.
 */
export interface Exit {
  readonly exitCode: number | null
  readonly signal?: string
  readonly oomKilled: boolean
}

export interface PublishedPort {
  readonly name: string
  readonly hostPort: number
}

export interface Container {
  readonly ref: AttemptRef
  /** The engine's own id. */
  readonly id: string
  readonly state: 'created' | 'running' | 'exited'
  /** Set when `state` is `exited`. */
  readonly exit?: Exit
  readonly ports: readonly PublishedPort[]
  /** Set while it runs and its engine checks its health. */
  readonly health?: EngineHealth
}

/**
 * What the engine tells by itself, some of it perhaps twice. `Unreachable` comes once for each outage, `Resync` at the
 * start and after an outage: events may have been missed, list again. A listing is never behind what was told before it.
 */
export type EngineEvent =
  | { readonly tag: 'Exited'; readonly ref: AttemptRef; readonly exit: Exit }
  | { readonly tag: 'Removed'; readonly ref: AttemptRef }
  | { readonly tag: 'Health'; readonly ref: AttemptRef; readonly health: EngineHealth }
  | { readonly tag: 'Resync' }
  | { readonly tag: 'Unreachable'; readonly error: OrkError }

/**
 * Why an engine could not do a thing. `Refused` and `ImageMissing` will not get better by trying again (the spec or
 * the host must change); `Failed` may: the engine itself had trouble, such as a full disk or a port that is just being
 * freed. `Unreachable` says nothing about the container: ask again when the engine is back. `Leftover`:
 * the owner's container of another placement has the name; `list` shows it, and once it is removed `run` will do.
 * `Denied`: this worker does not have, or does not give, what is asked of it, and another may.
 */
export interface DriverError extends OrkError {
  readonly tag: 'ImageMissing' | 'Refused' | 'Failed' | 'Unreachable' | 'Leftover' | 'Denied'
}

export type DriverResult<T> = Promise<E.Either<DriverError, T>>

export interface PullProgress {
  readonly doneBytes: number
  readonly totalBytes: number
}

/** Who asks a registry for an image. */
export interface RegistryAuth {
  readonly username: string
  readonly password: string
}

/** One container's use, as the engine measures it. */
export interface Usage {
  readonly ref: AttemptRef
  readonly cpuMilli: number
  readonly memoryBytes: number
  /** Absent where the engine does not know, or sets no limit. */
  readonly memoryLimitBytes?: number
  readonly receivedBytes?: number
  readonly sentBytes?: number
  readonly processes?: number
}

/** What may be of no use any more. */
export interface Doubted {
  /** By name. */
  readonly images: readonly string[]
  /** Whose volumes; those that others than its workers made are not meant. */
  readonly cluster: string
  /** The engine's ids of containers that are to go, and do not count as users. */
  readonly leaving: readonly string[]
}

export interface Unused {
  readonly images: readonly { readonly name: string; readonly bytes: number }[]
  readonly volumes: readonly string[]
}

export interface LogLine {
  readonly stream: 'stdout' | 'stderr'
  /** RFC 3339, when the engine knows it. */
  readonly time?: string
  readonly text: string
}

export interface LogOptions {
  readonly follow: boolean
  /** Only the last so many lines; all when absent. */
  readonly tail?: number
  /** Only what was written from then on, in milliseconds since 1970, as far as the engine noted when that was. */
  readonly sinceMs?: number
  readonly signal: AbortSignal
}

/**
 * An engine that runs containers. Every method may be repeated: the outcome is that of the first call. `stop`, `remove`
 * and `logs` see only containers of owners that this driver was asked to `list`, `watch` or `run` for, and of the
 * placement that they are asked about.
 */
export interface Driver {
  readonly name: DriverName
  /** The engine's version, or why it cannot be used. */
  check(): DriverResult<string>
  /** What tells this engine from every other one: two drivers of the same identity see the same containers. */
  identity(): DriverResult<string>
  /** All containers of this owner, whatever their state. */
  list(owner: Owner): DriverResult<readonly Container[]>
  /** Tells what happens to the owner's containers until `close`; begins with a `Resync` once it listens. */
  watch(owner: Owner, tell: (event: EngineEvent) => void): { close(): void }
  hasImage(image: string): DriverResult<boolean>
  pull(image: string, progress: (progress: PullProgress) => void, auth?: RegistryAuth): DriverResult<void>
  /**
   * Creates and starts. If this attempt's container exists already it is returned as it is: started if it never was,
   * but not run a second time if it has ended. A name that belongs to another owner is `Refused`, one that another
   * placement of this owner has is a `Leftover`: it is neither adopted nor touched.
   */
  run(spec: ContainerSpec): DriverResult<Container>
  /** Sends the signal, after `graceMs` SIGKILL, and waits for the end. A container that is gone has no exit code. */
  stop(ref: AttemptRef, signal: string, graceMs: number): DriverResult<Exit>
  /** Removes the container and what it alone used; one that is gone is fine. */
  remove(ref: AttemptRef): DriverResult<void>
  /**
   * Looks once whether the container does what it is for; what takes longer than `timeoutMs` has failed. A container that
   * is gone, or does not run, has failed, too.
   */
  probe(ref: AttemptRef, probe: Probe, timeoutMs: number): DriverResult<Probed>
  usage(owner: Owner): DriverResult<readonly Usage[]>
  /** Nothing for a container that is gone. Throws an `OrkFailure` with a DriverError when the engine breaks off. */
  logs(ref: AttemptRef, options: LogOptions): AsyncIterable<LogLine>
  /** What the engine itself says of an attempt's container, in its own words; null where there is none. */
  inspect(ref: AttemptRef): DriverResult<unknown>
  /**
   * Of these images, and of all named volumes that were made for the cluster, those that it has and no container uses;
   * absent, and `discard` with it: it keeps no such things.
   */
  unused?(doubted: Doubted): DriverResult<Unused>
  /** Removes what is still unused; gives what has gone. */
  discard?(unused: Unused): Promise<Unused>
  /** Runs a command in an attempt's container, which must run. */
  exec(ref: AttemptRef, options: ExecOptions): DriverResult<ExecSession>
  /** A file or folder of a container as a tar stream that begins with it, under its own name. */
  copyOut(ref: AttemptRef, path: string): DriverResult<Readable>
  /** Whether the path is a folder there, or leads to one. */
  isFolder(ref: AttemptRef, path: string): DriverResult<boolean>
  /** Unpacks a tar stream into a folder of a container; nothing in it gets outside of that. */
  copyIn(ref: AttemptRef, folder: string, tar: Readable): DriverResult<void>
}
