import * as E from 'fp-ts/Either'
import type { VolumeSpec } from '../model'
import {
  defaulted,
  type FieldAbout,
  type Finding,
  flag,
  list,
  oneOf,
  optional,
  Problem,
  processText,
  refined,
  required,
  type Shape,
  struct,
} from '../shapes'
import { hostPath, targetPath } from './paths'
import { shorthand } from './shorthand'
import { VOLUME_FACTS } from './templates'

const FACT = `\\$\\{ork\\.(${VOLUME_FACTS.join('|')})\\}`

/** As the engine takes it, with templates of the instance for a volume each. */
const VOLUME_NAME = new RegExp(`^(?=.{2,128}$)([A-Za-z0-9]|${FACT})([A-Za-z0-9_.-]|${FACT})+$`)

const EXPECTED = 'a volume such as "data:/var/lib/data", "/srv/www:/www:ro", or a map with `type` and `target`'

const parse = (text: string): E.Either<string, unknown> => {
  // The ":" of a template never is one of these.
  const [source = '', target, mode, ...more] = text.split(':')
  if (target === undefined) return E.left('write where it is mounted: "data:/var/lib/data"')
  if (more.length > 0) return E.left('it has more than two ":"')
  if (mode !== undefined && mode !== 'ro' && mode !== 'rw') return E.left(`"${mode}" is neither ro nor rw`)
  const type = source.startsWith('/') ? 'bind' : 'volume'
  if (/^[.~]/.test(source)) return E.left('a folder of the machine is given by its absolute path')
  return E.right({ type, source, target, ...(mode === 'ro' ? { readOnly: true } : {}) })
}

const rules = (volume: VolumeSpec): readonly Finding[] => {
  const { type, source, readOnly, sizeBytes } = volume
  const findings: Finding[] = []
  const add = (at: string, what: string, next: string): void => {
    findings.push({ at: [at], what, next })
  }
  if (type === 'tmpfs' && source !== undefined) add('source', 'a tmpfs has no source', 'remove it')
  if (type !== 'tmpfs' && source === undefined) add('source', '`source` is missing', 'name the volume, or the folder')
  if (type !== 'tmpfs' && sizeBytes !== undefined) add('size', `a ${type} has no size`, 'remove it')
  if (type === 'tmpfs' && readOnly === true) add('readOnly', 'an empty tmpfs is of no use', 'remove it')
  if (source === undefined) return findings
  if (type === 'volume' && !VOLUME_NAME.test(source)) {
    const next = source.startsWith('/')
      ? 'add `type: bind`'
      : 'letters, digits, "_", "." and "-", at least two, and ${ork.index} for a volume each'
    add('source', `"${source}" is no name of a volume`, next)
  }
  if (type === 'bind') {
    const path = hostPath.decode(source)
    if (E.isLeft(path)) {
      const [problem] = path.left
      add('source', problem?.message ?? '', problem instanceof Problem ? (problem.next ?? '') : '')
    } else if (path.right !== source) add('source', `"${source}" is not in its simplest form`, `write ${path.right}`)
  }
  return findings
}

/** Volumes in short or long form, with sizes as `size` reads them. */
export const volumesShape = (size: Shape<number>, sizeAbout: FieldAbout): Shape<readonly VolumeSpec[]> => {
  const long = struct<VolumeSpec>('a volume', {
    type: defaulted(oneOf(['volume', 'bind', 'tmpfs']), 'volume', {
      doc:
        '`volume`: storage of the worker by its name, which outlives the container, and to whose worker the instance ' +
        'goes back. `bind`: a folder of the machine, which the worker must allow. `tmpfs`: memory.',
      example: 'tmpfs',
    }),
    source: optional(processText, {
      doc: 'Name of the volume, where `${ork.index}` gives each instance its own; or the folder of the machine.',
      example: 'data-${ork.index}',
      otherwise: 'none, of a tmpfs',
      synonyms: ['src', 'name', 'host'],
    }),
    target: required(targetPath, {
      doc: 'Where the container sees it.',
      example: '/var/lib/data',
      synonyms: ['destination', 'dst', 'path', 'mountpath', 'container'],
    }),
    readOnly: optional(flag, {
      doc: 'Whether it can only be read.',
      example: true,
      otherwise: 'false',
      synonyms: ['read_only', 'readonly', 'ro'],
    }),
    sizeBytes: optional(size, {
      ...sizeAbout,
      doc: 'The most that a tmpfs may hold.',
      example: '64MiB',
      otherwise: "half of the machine's memory, within the task's own",
    }),
  })
  const volume = refined(shorthand(EXPECTED, long, '"data:/var/lib/data:ro"', parse), rules)
  const expected = 'a list of volumes'
  const hint = (): string => 'write a list: `volumes: ["data:/var/lib/data"]`'
  return refined(list(expected, volume, { min: 1, max: 64, hint }), (volumes) =>
    volumes.flatMap(({ target }, index) => {
      const before = volumes.findIndex((other) => other.target === target)
      const what = `${target} is the target of item [${before}] already`
      return before === index ? [] : [{ at: [index], what, next: 'choose another target' }]
    }),
  )
}
