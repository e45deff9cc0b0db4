import type { ContainerSettings } from '../model'
import { type FieldAbout, type FieldsOf, flag, integer, oneOf, optional, type Shape } from '../shapes'
import { hostnameShape, labelsShape, userShape } from './identity'
import { logShape } from './log'
import { dnsShape, extraHostsShape, networksShape } from './network'
import { insidePath } from './paths'
import { capabilitiesShape, devicesShape, ulimitsShape } from './privileges'
import { secretName, secretsShape } from './secrets'
import { volumesShape } from './volumes'

/** How a size is written, and what its field is called: `size` instead of `sizeBytes`. */
export interface SizeForm {
  readonly shape: Shape<number>
  about(key: string): FieldAbout
}

/** The settings of a container, each with its documentation: written and canonical differ by the form of sizes alone. */
export const containerFields = (size: SizeForm): FieldsOf<ContainerSettings> => ({
  user: optional(userShape, {
    doc: 'User, and group, that the process runs as.',
    example: '1000:1000',
    otherwise: "the image's",
  }),
  workingDir: optional(insidePath, {
    doc: 'Folder in which the process starts.',
    example: '/app',
    otherwise: "the image's",
    synonyms: ['working_dir', 'workdir', 'cwd', 'dir'],
  }),
  hostname: optional(hostnameShape, {
    doc: 'Host name that the container has for itself.',
    example: 'db-1',
    otherwise: "the container's id",
    synonyms: ['host_name'],
  }),
  dns: optional(dnsShape, {
    doc: 'How the container resolves names.',
    example: { servers: ['10.0.0.2'], search: ['internal.example.com'], options: ['ndots:2'] },
    otherwise: 'as its machine does',
    synonyms: ['dns_search', 'dns_opt', 'dnsconfig'],
  }),
  extraHosts: optional(extraHostsShape, {
    doc: 'Names with their addresses for /etc/hosts; `host-gateway` is the machine itself.',
    example: { 'db.local': '10.0.0.5', machine: 'host-gateway' },
    otherwise: 'none',
    synonyms: ['extra_hosts', 'hostaliases', 'hosts', 'add_host'],
  }),
  capabilities: optional(capabilitiesShape, {
    doc: 'What the process may do beyond, or less than, what the engine has every container do.',
    example: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
    otherwise: "the engine's",
    synonyms: ['cap_add', 'cap_drop', 'caps'],
  }),
  readOnly: optional(flag, {
    doc: 'Whether the root file system can only be read; volumes can be written nonetheless.',
    example: true,
    otherwise: 'false',
    synonyms: ['read_only', 'readonly', 'readonlyrootfilesystem'],
  }),
  ulimits: optional(ulimitsShape, {
    doc: 'Limits of the kernel for each process.',
    example: { nofile: { soft: 4096, hard: 8192 } },
    otherwise: "the engine's",
    synonyms: ['ulimit', 'rlimits'],
  }),
  pidsLimit: optional(integer({ min: 1, max: 4_194_304 }), {
    doc: 'How many processes and threads there may be at a time.',
    example: 200,
    otherwise: '2048',
    synonyms: ['pids_limit', 'pids'],
  }),
  log: optional(logShape, {
    doc: 'What the engine does with what the container says.',
    example: { driver: 'json-file', options: { 'max-size': '50m' } },
    otherwise: 'json-file, three files of 10 MB',
    synonyms: ['logging', 'logs'],
  }),
  labels: optional(labelsShape, {
    doc: "The container's labels, for other tools.",
    example: { team: 'web' },
    otherwise: 'none',
    synonyms: ['annotations', 'meta'],
  }),
  init: optional(flag, {
    doc: 'Whether a small init is the first process, which passes signals on and reaps children.',
    example: true,
    otherwise: 'false',
  }),
  devices: optional(devicesShape, {
    doc: 'Devices of the machine that the container may use; the worker must allow them.',
    example: ['/dev/dri'],
    otherwise: 'none',
    synonyms: ['device'],
  }),
  shmSizeBytes: optional(size.shape, {
    ...size.about('shmSize'),
    doc: 'Size of /dev/shm.',
    example: '128MiB',
    otherwise: '64MiB',
    synonyms: ['shm_size'],
  }),
  pullPolicy: optional(oneOf(['always', 'missing', 'never']), {
    doc: 'Whether the image is fetched before every start, when the machine does not have it, or never.',
    example: 'always',
    otherwise: 'missing',
    synonyms: ['pull_policy', 'imagepullpolicy', 'force_pull'],
  }),
  registryAuth: optional(secretName, {
    doc: 'Secret with what the registry asks for before it gives the image: `{"username": …, "password": …}`.',
    example: 'registry-login',
    otherwise: 'nothing is shown to it',
    synonyms: ['auth', 'imagepullsecrets', 'registry_auth', 'credentials'],
  }),
  volumes: optional(volumesShape(size.shape, size.about('size')), {
    doc: 'What is mounted into the container.',
    example: ['data:/var/lib/data'],
    otherwise: 'nothing',
    synonyms: ['mounts', 'volumemounts', 'volume', 'tmpfs'],
  }),
  secrets: optional(secretsShape, {
    doc: 'Secrets of the worker, given as files in /run/secrets. The log holds their names alone.',
    example: ['db-password', { name: 'tls-key', file: 'key.pem', mode: '0400' }],
    otherwise: 'none',
  }),
  networks: optional(networksShape, {
    doc:
      "Networks of ork's own that the container joins, where others find it by the name of its task. " +
      'Each worker has its own: instances on different workers do not meet there.',
    example: ['backend'],
    otherwise: "the engine's default network",
    synonyms: ['network', 'network_mode'],
  }),
})

/** The names of all of them. */
export const CONTAINER_SETTINGS = Object.keys(
  containerFields({ shape: integer({ min: 0, max: 0 }), about: () => ({}) }),
) as readonly (keyof ContainerSettings)[]
