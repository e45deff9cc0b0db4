import * as E from 'fp-ts/Either'
import type { CapabilitiesSpec, DeviceSpec, UlimitSpec } from '../model'
import {
  defaulted,
  integer,
  list,
  matching,
  mismatch,
  nearest,
  oneOf,
  optional,
  record,
  refined,
  refuse,
  required,
  type Shape,
  Shape as ShapeOf,
  struct,
} from '../shapes'
import { hostPath, insidePath } from './paths'
import { shorthand } from './shorthand'

/** What the engine gives a container anyway, unless told to drop it. */
export const USUAL_CAPABILITIES = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'NET_BIND_SERVICE',
  'NET_RAW',
  'SYS_CHROOT',
  'MKNOD',
  'AUDIT_WRITE',
  'SETFCAP',
] as const

/** The kernel's, without `CAP_`. */
const CAPABILITIES = [
  ...USUAL_CAPABILITIES,
  'AUDIT_CONTROL',
  'AUDIT_READ',
  'BLOCK_SUSPEND',
  'BPF',
  'CHECKPOINT_RESTORE',
  'DAC_READ_SEARCH',
  'IPC_LOCK',
  'IPC_OWNER',
  'LEASE',
  'LINUX_IMMUTABLE',
  'MAC_ADMIN',
  'MAC_OVERRIDE',
  'NET_ADMIN',
  'NET_BROADCAST',
  'PERFMON',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_MODULE',
  'SYS_NICE',
  'SYS_PACCT',
  'SYS_PTRACE',
  'SYS_RAWIO',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'SYSLOG',
  'WAKE_ALARM',
] as const

const known = oneOf<string>([...CAPABILITIES, 'ALL'])

const EXPECTED = 'a capability of Linux such as NET_ADMIN, or ALL'

/** `CAP_NET_ADMIN` and `net_admin` are `NET_ADMIN`. */
const capability: Shape<string> = new ShapeOf<string>(
  { form: 'choice', expected: EXPECTED, values: [...CAPABILITIES, 'ALL'] },
  known.is,
  (value, context) => {
    const name = typeof value === 'string' ? value.toUpperCase().replace(/^CAP_/, '') : value
    if (known.is(name)) return E.right(name)
    const guess = typeof name === 'string' ? nearest(name, CAPABILITIES) : undefined
    return refuse(value, context, mismatch(EXPECTED, value), guess && `did you mean \`${guess}\`?`)
  },
  (value) => value,
)

const capabilities = list('a list of capabilities', capability, { min: 1, max: 64, distinct: true })

export const capabilitiesShape: Shape<CapabilitiesSpec> = refined(
  struct<CapabilitiesSpec>('a map with `add` and `drop`', {
    add: optional(capabilities, {
      doc: 'Given beyond what the engine gives anyway; the worker must allow it.',
      example: ['NET_ADMIN'],
      otherwise: 'nothing',
      synonyms: ['cap_add'],
    }),
    drop: optional(capabilities, {
      doc: 'Taken away.',
      example: ['ALL'],
      otherwise: 'nothing',
      synonyms: ['cap_drop'],
    }),
  }),
  ({ add = [], drop = [] }) =>
    add.flatMap((name, index) =>
      drop.includes(name)
        ? [{ at: ['add', index], what: `${name} is both added and dropped`, next: 'remove one of them' }]
        : [],
    ),
)

const limit = integer({ min: -1, max: Number.MAX_SAFE_INTEGER })

const ulimit: Shape<UlimitSpec> = refined(
  shorthand(
    'a number, -1 for no limit, or a map with `soft` and `hard`',
    struct<UlimitSpec>('a map with `soft` and `hard`', {
      soft: required(limit, {
        doc: 'What holds, -1 for no limit; a process may raise it up to `hard`.',
        example: 1024,
      }),
      hard: required(limit, { doc: 'The most it may be raised to, -1 for no limit.', example: 4096 }),
    }),
    '1024',
    (text) => (/^-?\d+$/.test(text) ? E.right({ soft: Number(text), hard: Number(text) }) : E.left('write a number')),
  ),
  ({ soft, hard }) =>
    hard !== -1 && (soft === -1 || soft > hard)
      ? [{ at: ['soft'], what: '`soft` is more than `hard`', next: 'make it at most as much' }]
      : [],
)

/** The names that `setrlimit` has on Linux. */
const ULIMITS = /^(core|cpu|data|fsize|locks|memlock|msgqueue|nice|nofile|nproc|rss|rtprio|rttime|sigpending|stack)$/

export const ulimitsShape = record(
  'a map of limits',
  { expected: 'a limit such as nofile, nproc, memlock, core or stack', pattern: ULIMITS },
  ulimit,
  () => 'write a map: `ulimits: {nofile: 4096}`',
)

const device = shorthand<DeviceSpec>(
  'a device such as /dev/dri or "/dev/sda:/dev/xvda:r", or a map with `source`',
  struct<DeviceSpec>('a device', {
    source: required(hostPath, { doc: 'The device of the machine; the worker must allow it.', example: '/dev/dri' }),
    target: required(insidePath, { doc: 'Where the container sees it.', example: '/dev/dri' }),
    permissions: defaulted(matching('some of r, w and m', /^(?=.)r?w?m?$/), 'rwm', {
      doc: 'Whether it may be read, written, and made anew with mknod.',
      example: 'rw',
    }),
  }),
  '/dev/dri',
  (text) => {
    const [source = '', target = source, permissions = 'rwm', ...more] = text.split(':')
    return more.length > 0 ? E.left('it has more than two ":"') : E.right({ source, target, permissions })
  },
)

export const devicesShape: Shape<readonly DeviceSpec[]> = refined(
  list('a list of devices', device, { min: 1, max: 64 }),
  (devices) =>
    devices.flatMap(({ target }, index) => {
      const before = devices.findIndex((other) => other.target === target)
      return before === index
        ? []
        : [{ at: [index], what: `${target} is the target of item [${before}] already`, next: 'choose another' }]
    }),
)
