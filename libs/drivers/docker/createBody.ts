import type { ContainerCreateOptions, DeviceMapping, HostConfig, MountSettings, Ulimit } from 'dockerode'
import { type ContainerSettings, SECRETS_DIR, type VolumeSpec } from '#libs/spec'
import type { ContainerSpec } from '../port'
import { CLUSTER, labelsOf, portKey } from './labels'
import { endpointOf, networkName } from './networks'

/** What no container may take from its machine unless its job says so: a fork bomb's processes, a flood of words. */
const MAX_PROCESSES = 2_048
const LOG_FILES = { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } }

/** What the engine is asked to make of an attempt. */
export const createBody = (spec: ContainerSpec, image: string): ContainerCreateOptions => {
  const settings = spec.settings ?? {}
  const { user, workingDir, hostname, networks } = settings
  const [network] = networks ?? []
  return {
    Image: image,
    ...(spec.command === undefined ? {} : { Entrypoint: [...spec.command] }),
    ...(spec.args === undefined ? {} : { Cmd: [...spec.args] }),
    ...(user === undefined ? {} : { User: user }),
    ...(workingDir === undefined ? {} : { WorkingDir: workingDir }),
    ...(hostname === undefined ? {} : { Hostname: hostname }),
    Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
    Labels: { ...settings.labels, ...labelsOf(spec) },
    ExposedPorts: Object.fromEntries(spec.ports.map((port) => [portKey(port), {}])),
    StopSignal: spec.stopSignal,
    ...(spec.imageHealth ? {} : { Healthcheck: { Test: ['NONE'] } }),
    Tty: false,
    HostConfig: { ...hostConfig(spec), ...privileges(settings), ...surroundings(settings) },
    // The engine takes one at most here: it is connected to the others before it starts.
    ...(network === undefined
      ? {}
      : { NetworkingConfig: { EndpointsConfig: { [networkName(spec.owner, network)]: endpointOf(spec) } } }),
  }
}

const hostConfig = ({ owner, resources, ports, settings = {}, secretsDir }: ContainerSpec): HostConfig => {
  const { memoryBytes, memoryLimitBytes = memoryBytes } = resources
  return {
    NanoCpus: resources.cpuMilli * 1e6,
    Memory: memoryLimitBytes,
    // Without this a container may take as much again in swap.
    MemorySwap: memoryLimitBytes,
    ...(memoryLimitBytes > memoryBytes ? { MemoryReservation: memoryBytes } : {}),
    RestartPolicy: { Name: 'no' },
    PidsLimit: settings.pidsLimit ?? MAX_PROCESSES,
    LogConfig:
      settings.log === undefined ? LOG_FILES : { Type: settings.log.driver, Config: { ...settings.log.options } },
    PortBindings: Object.fromEntries(
      ports.map((port) => [portKey(port), [{ HostPort: port.hostPort === 0 ? '' : String(port.hostPort) }]]),
    ),
    Mounts: [
      ...(settings.volumes ?? []).map((volume) => mountOf(volume, owner.cluster)),
      ...(secretsDir === undefined ? [] : [bind(secretsDir, SECRETS_DIR, true)]),
    ],
  }
}

const bind = (source: string, target: string, readOnly: boolean): MountSettings => ({
  Type: 'bind',
  Source: source,
  Target: target,
  ReadOnly: readOnly,
})

type Made = NonNullable<MountSettings['VolumeOptions']>

const mountOf = (volume: VolumeSpec, cluster: string): MountSettings => {
  const { type, source = '', target, readOnly = false, sizeBytes } = volume
  if (type === 'bind') return bind(source, target, readOnly)
  if (type === 'volume') {
    // What is made of it if there is none of that name yet, by the engine's own defaults in all else.
    const made: Pick<Made, 'Labels'> = { Labels: { [CLUSTER]: cluster } }
    return { Type: 'volume', Source: source, Target: target, ReadOnly: readOnly, VolumeOptions: made as Made }
  }
  // World-writable with the sticky bit, as /tmp is.
  const options = { SizeBytes: sizeBytes ?? 0, Mode: 0o1777 }
  return { Type: 'tmpfs', Source: '', Target: target, TmpfsOptions: options }
}

const privileges = ({ capabilities, ulimits, devices, readOnly, init }: ContainerSettings): HostConfig => ({
  ...(capabilities?.add === undefined ? {} : { CapAdd: [...capabilities.add] }),
  ...(capabilities?.drop === undefined ? {} : { CapDrop: [...capabilities.drop] }),
  ...(readOnly === true ? { ReadonlyRootfs: true } : {}),
  ...(init === true ? { Init: true } : {}),
  ...(ulimits === undefined
    ? {}
    : { Ulimits: Object.entries(ulimits).map(([Name, { soft, hard }]): Ulimit => ({ Name, Soft: soft, Hard: hard })) }),
  ...(devices === undefined
    ? {}
    : {
        Devices: devices.map(
          ({ source, target, permissions }): DeviceMapping => ({
            PathOnHost: source,
            PathInContainer: target,
            CgroupPermissions: permissions,
          }),
        ),
      }),
})

const surroundings = ({ dns, extraHosts, shmSizeBytes }: ContainerSettings): HostConfig => ({
  ...(dns?.servers === undefined ? {} : { Dns: [...dns.servers] }),
  ...(dns?.search === undefined ? {} : { DnsSearch: [...dns.search] }),
  ...(dns?.options === undefined ? {} : { DnsOptions: [...dns.options] }),
  ...(extraHosts === undefined ? {} : { ExtraHosts: Object.entries(extraHosts).map(([name, at]) => `${name}:${at}`) }),
  ...(shmSizeBytes === undefined ? {} : { ShmSize: shmSizeBytes }),
})
