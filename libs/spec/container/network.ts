import type { DnsSpec } from '../model'
import { list, matching, optional, record, struct } from '../shapes'
import { nameShape } from '../words'
import { domainShape } from './identity'

const BYTE = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const IPV4 = `${BYTE}(\\.${BYTE}){3}`
/** Loose: the engine knows the rest. */
const IPV6 = '(?=.*:.*:)[0-9A-Fa-f:]{2,39}(%[\\w.-]{1,15})?'

const address = matching('an IP address', new RegExp(`^(${IPV4}|${IPV6})$`))

export const dnsShape = struct<DnsSpec>(
  'a map with `servers`, `search` and `options`',
  {
    servers: optional(list('a list of addresses', address, { min: 1, max: 8, distinct: true }), {
      doc: 'Name servers that are asked instead of those of the machine.',
      example: ['10.0.0.2'],
      otherwise: "the machine's",
      synonyms: ['nameservers', 'dns'],
    }),
    search: optional(list('a list of domains', domainShape, { min: 1, max: 32, distinct: true }), {
      doc: 'Domains in which short names are looked for.',
      example: ['internal.example.com'],
      otherwise: "the machine's",
      synonyms: ['searches', 'dns_search'],
    }),
    options: optional(
      list('a list of options', matching('an option of resolv.conf', /^[a-z][a-z0-9-]{0,31}(:\d{1,5})?$/), {
        min: 1,
        max: 32,
        distinct: true,
      }),
      { doc: 'Options of the resolver.', example: ['ndots:2'], otherwise: "the machine's", synonyms: ['dns_opt'] },
    ),
  },
  (value) => (typeof value === 'string' ? `write \`dns: {servers: [${value}]}\`` : undefined),
)

export const extraHostsShape = record(
  'a map of names to addresses',
  { expected: 'a host name', pattern: /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/ },
  matching('an IP address or host-gateway', new RegExp(`^(${IPV4}|${IPV6}|host-gateway)$`)),
  () => 'write a map: `extraHosts: {db.local: 10.0.0.5}`',
)

export const networksShape = list('a list of names', nameShape, {
  min: 1,
  max: 16,
  distinct: true,
  hint: () => 'write a list: `networks: [backend]`',
})
