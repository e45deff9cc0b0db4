import * as E from 'fp-ts/Either'
import type { AttemptRef, ContainerSpec, PublishedPort, RegistryAuth } from '#libs/drivers'
import { type Facts, fillIn, type PortSpec, type TaskSpec, volumeName } from '#libs/spec'
import { grant, type HostAccess, NO_ACCESS } from './access'
import type { Denial } from './denial'
import { readRegistryAuth } from './registryAuth'
import { SecretFiles } from './secretFiles'
import { noSecrets, type SecretStore } from './secretStore'

export { type HostAccess, NO_ACCESS } from './access'
export { folderSecrets, noSecrets, type SecretStore } from './secretStore'

/** What a worker gives to containers beyond what their jobs bring. */
export interface Provisions {
  readonly access: HostAccess
  readonly secrets: SecretStore
  /** Folder in which this worker's secrets wait for their containers; null: it delivers none. */
  readonly dir: string | null
}

export const NO_PROVISIONS: Provisions = { access: NO_ACCESS, secrets: noSecrets, dir: null }

interface Asked {
  /** Host ports that were chosen when it was placed. */
  readonly ports: readonly PublishedPort[]
  readonly ref: AttemptRef
  readonly spec: TaskSpec
}

/** Makes what a driver runs of what a job asks for, on this worker. */
export class Outfitter {
  private readonly files: SecretFiles | null

  constructor(
    private readonly owner: ContainerSpec['owner'],
    private readonly provisions: Provisions,
  ) {
    const { dir, secrets } = provisions
    this.files = dir === null ? null : new SecretFiles(dir, secrets)
  }

  async outfit({ ref, spec, ports: chosen }: Asked): Promise<E.Either<Denial, ContainerSpec>> {
    const { image, command, args, env, resources, stop, health } = spec
    const ports = spec.ports.map((port) => withChosen(port, chosen))
    const facts = factsOf(ref, ports, this.owner.worker)
    const settings = await grant(withVolumeNames(spec, ref), this.provisions.access)
    if (E.isLeft(settings)) return settings
    const secretsDir = await this.files?.deliver(ref, spec.secrets ?? [])
    if (secretsDir !== undefined && E.isLeft(secretsDir)) return secretsDir
    const fill = (text: string): string => fillIn(text, facts)
    return E.right({
      ref,
      owner: this.owner,
      ...(image === undefined ? {} : { image }),
      ...(command === undefined ? {} : { command: command.map(fill) }),
      ...(args === undefined ? {} : { args: args.map(fill) }),
      env: Object.fromEntries(Object.entries(env).map(([name, text]) => [name, fill(text)])),
      resources,
      ports,
      stopSignal: stop.signal,
      imageHealth: health === undefined && ref.hook === undefined,
      settings: settings.right,
      ...(secretsDir?.right == null ? {} : { secretsDir: secretsDir.right }),
    })
  }

  /** What the registry wants to see; undefined: nothing. */
  async auth(name: string | undefined): Promise<E.Either<Denial, RegistryAuth | undefined>> {
    return name === undefined ? E.right(undefined) : await readRegistryAuth(this.provisions.secrets, name)
  }

  /** The attempt's container is gone. */
  async discard(ref: AttemptRef): Promise<void> {
    await this.files?.discard(ref)
  }

  /** These are all containers there are here. */
  async keepOnly(refs: readonly AttemptRef[]): Promise<void> {
    await this.files?.keepOnly(refs)
  }
}

const withChosen = ({ hostPortRange: _, ...port }: PortSpec, chosen: readonly PublishedPort[]): PortSpec => ({
  ...port,
  hostPort: chosen.find(({ name }) => name === port.name)?.hostPort ?? port.hostPort,
})

const factsOf = ({ job, task, index, attempt }: AttemptRef, ports: readonly PortSpec[], worker: string): Facts => ({
  job,
  task,
  index,
  attempt,
  worker,
  ports: Object.fromEntries(ports.flatMap(({ name, hostPort }) => (hostPort === 0 ? [] : [[name, hostPort]]))),
})

const withVolumeNames = (spec: TaskSpec, ref: AttemptRef): TaskSpec =>
  spec.volumes === undefined
    ? spec
    : {
        ...spec,
        volumes: spec.volumes.map((volume) =>
          volume.source === undefined ? volume : { ...volume, source: volumeName(volume.source, ref) },
        ),
      }
