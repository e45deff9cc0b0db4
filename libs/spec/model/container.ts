/**
 * What a container is given beyond its image, its command and its resources. All of it may be absent, and then it is as
 * the engine has it; false and empty are never written out, so that a job that says nothing stays the same job.
 */
export interface ContainerSettings {
  /** A name or number, with a group after `:` where that is not the user's own. */
  readonly user?: string
  readonly workingDir?: string
  readonly hostname?: string
  readonly dns?: DnsSpec
  /** Names with their addresses, or `host-gateway`. */
  readonly extraHosts?: Readonly<Record<string, string>>
  readonly capabilities?: CapabilitiesSpec
  /** Whether the root file system can only be read. */
  readonly readOnly?: boolean
  readonly ulimits?: Readonly<Record<string, UlimitSpec>>
  readonly pidsLimit?: number
  readonly log?: LogSpec
  readonly labels?: Readonly<Record<string, string>>
  /** Whether a small init is process 1, which passes signals on and reaps children. */
  readonly init?: boolean
  readonly devices?: readonly DeviceSpec[]
  readonly shmSizeBytes?: number
  /** `missing` when absent, and never written out. */
  readonly pullPolicy?: PullPolicy
  /** Name of the secret with what the registry wants to see before it gives the image. */
  readonly registryAuth?: string
  readonly volumes?: readonly VolumeSpec[]
  readonly secrets?: readonly SecretSpec[]
  /** Names of networks that are ork's own. */
  readonly networks?: readonly string[]
}

export interface DnsSpec {
  /** Addresses. */
  readonly servers?: readonly string[]
  readonly search?: readonly string[]
  readonly options?: readonly string[]
}

/** Capabilities of the kernel, by their names without `CAP_`, or `ALL`. */
export interface CapabilitiesSpec {
  readonly add?: readonly string[]
  readonly drop?: readonly string[]
}

/** -1: no limit. */
export interface UlimitSpec {
  readonly soft: number
  readonly hard: number
}

export interface LogSpec {
  readonly driver: LogDriver
  readonly options: Readonly<Record<string, string>>
}

export type LogDriver = 'json-file' | 'local' | 'journald' | 'syslog' | 'fluentd' | 'gelf' | 'none'

/** A device of the machine, and where the container sees it. */
export interface DeviceSpec {
  readonly source: string
  readonly target: string
  /** Of `r`, `w` and `m` (mknod). */
  readonly permissions: string
}

export type PullPolicy = 'always' | 'missing' | 'never'

/**
 * `volume`: storage of the worker by the name in `source`, which outlives the container. `bind`: the folder or file
 * `source` of the machine. `tmpfs`: memory, without a source.
 */
export interface VolumeSpec {
  readonly type: 'volume' | 'bind' | 'tmpfs'
  readonly source?: string
  readonly target: string
  readonly readOnly?: boolean
  /** Of a `tmpfs`. */
  readonly sizeBytes?: number
}

/** A secret by its name, which the container finds as the file `/run/secrets/<file>`. */
export interface SecretSpec {
  readonly name: string
  readonly file: string
  /** Octal. */
  readonly mode: string
}

/** Where a container finds its secrets. */
export const SECRETS_DIR = '/run/secrets'
