import * as fc from 'fast-check'
import type { ContainerSettings, VolumeSpec } from '#libs/spec'

const word = fc.stringMatching(/^[a-z0-9][a-z0-9_.-]{1,10}$/)
const path = fc.array(fc.stringMatching(/^[a-z0-9_-]{1,8}$/), { minLength: 1, maxLength: 3 })
const hostPath = path.map((parts) => `/srv/${parts.join('/')}`)
const size = fc.integer({ min: 64, max: 2 ** 20 }).map((kibibytes) => kibibytes * 2 ** 10)
const yes = fc.constant<true>(true)
const address = fc.constantFrom('10.0.0.2', '192.168.255.1', 'fe80::1', '::1')
const distinct = <A>(item: fc.Arbitrary<A>, maxLength = 3) => fc.uniqueArray(item, { minLength: 1, maxLength })
const some = <A>(item: fc.Arbitrary<A>) => fc.dictionary(word, item, { minKeys: 1, maxKeys: 3, noNullPrototype: true })

const volume = (target: string): fc.Arbitrary<VolumeSpec> =>
  fc.oneof(
    fc.record(
      { type: fc.constant('volume' as const), source: word, target: fc.constant(target), readOnly: yes },
      { requiredKeys: ['type', 'source', 'target'] },
    ),
    fc.record(
      { type: fc.constant('bind' as const), source: hostPath, target: fc.constant(target), readOnly: yes },
      { requiredKeys: ['type', 'source', 'target'] },
    ),
    fc.record(
      { type: fc.constant('tmpfs' as const), target: fc.constant(target), sizeBytes: size },
      { requiredKeys: ['type', 'target'] },
    ),
  )

const limits = fc
  .nat({ max: 1 << 20 })
  .chain((soft) => fc.record({ soft: fc.constant(soft), hard: fc.integer({ min: soft }) }))

/** Each setting of a container, canonical; all of them may be left out. */
export const containerArbitraries: { readonly [K in keyof ContainerSettings]-?: fc.Arbitrary<ContainerSettings[K]> } = {
  user: fc.constantFrom('app', '1000', '1000:1000'),
  workingDir: hostPath,
  hostname: fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,12}[a-z0-9])?$/),
  dns: fc
    .record({ servers: distinct(address), options: fc.constant(['ndots:2']) }, { requiredKeys: [] })
    .filter((dns) => Object.keys(dns).length > 0),
  extraHosts: some(fc.oneof(address, fc.constant('host-gateway'))).filter((hosts) =>
    Object.keys(hosts).every((name) => /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name)),
  ),
  capabilities: fc.record({ add: distinct(fc.constantFrom('NET_ADMIN', 'SYS_PTRACE')), drop: fc.constant(['ALL']) }),
  readOnly: yes,
  ulimits: fc.record({ nofile: limits }),
  pidsLimit: fc.integer({ min: 1, max: 4_194_304 }),
  log: fc.record({ driver: fc.constantFrom('json-file', 'local'), options: fc.constant({ 'max-size': '5m' }) }),
  labels: some(fc.constantFrom('', 'a b', 'true')),
  init: yes,
  devices: distinct(hostPath).map((paths) => paths.map((source) => ({ source, target: source, permissions: 'rw' }))),
  shmSizeBytes: size,
  pullPolicy: fc.constantFrom('always', 'never'),
  registryAuth: word,
  volumes: distinct(hostPath).chain((targets) => fc.tuple(...targets.map(volume))),
  secrets: distinct(word).map((names) => names.map((name) => ({ name, file: name, mode: '0400' }))),
  networks: distinct(fc.constantFrom('front', 'back', 'metrics')),
}
