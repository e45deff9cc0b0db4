import { mismatch } from '../shapes'
import type { Tree } from '../source'
import type { Draft } from './draft'
import { sizeOf } from './measures'
import { pathIn } from './paths'
import { isMap, isTrue, itemsOf, leafOf, oneOrMore, partOf, recordOf, textOf } from './reading'
import type { Carry, Scope } from './scope'

const volumes: Carry = (value, draft, scope) => {
  for (const item of oneOrMore(value)) {
    const text = textOf(item)
    if (text === undefined) long(item, draft, scope)
    else short(item, text, draft, scope)
  }
}

const short = (item: Tree, text: string, draft: Draft, scope: Scope): void => {
  const [first = '', second, mode = ''] = text.split(':')
  const target = leafOf(second ?? first, item)
  const modes = mode.split(',')
  const odd = modes.find((each) => !['', 'ro', 'rw', 'nocopy', 'cached', 'delegated', 'consistent'].includes(each))
  if (odd !== undefined) scope.findings.tell('lost', item, `volumes have no mode "${odd}"`)
  const readOnly = modes.includes('ro') ? leafOf(true, item) : undefined
  if (second === undefined) return scope.findings.tell('lost', item, ANONYMOUS, 'name it')
  mount(item, leafOf(first, item), target, readOnly, draft, scope)
}

const ANONYMOUS = 'a volume without a name is kept by nobody: each new container would begin with an empty one'

const long = (item: Tree, draft: Draft, scope: Scope): void => {
  if (!isMap(item)) return scope.findings.tell('wrong', item, mismatch('a volume', item.value))
  const type = textOf(partOf(item, 'type') ?? leafOf('volume', item))
  const [source, target] = [partOf(item, 'source'), partOf(item, 'target')]
  if (type === 'tmpfs') {
    const inner = partOf(item, 'tmpfs')
    const size = inner === undefined ? undefined : partOf(inner, 'size')
    return draft.add(
      'volumes',
      recordOf(
        {
          type: leafOf('tmpfs', item),
          target,
          size: size === undefined ? undefined : sizeOf(size, scope.findings)?.tree,
        },
        item,
      ),
    )
  }
  if (type !== 'volume' && type !== 'bind') {
    return scope.findings.tell('lost', item, `there are no volumes of the type "${type ?? ''}"`)
  }
  if (source === undefined) return scope.findings.tell('lost', item, ANONYMOUS, 'add its `source`')
  const inner = partOf(item, type)
  const subpath = inner === undefined ? undefined : partOf(inner, 'subpath')
  if (subpath !== undefined) scope.findings.tell('lost', subpath, 'a volume is mounted as a whole')
  const readOnly = partOf(item, 'read_only')
  mount(item, source, target, readOnly !== undefined && isTrue(readOnly) ? readOnly : undefined, draft, scope)
}

const mount = (
  item: Tree,
  source: Tree,
  target: Tree | undefined,
  readOnly: Tree | undefined,
  draft: Draft,
  scope: Scope,
): void => {
  const text = textOf(source) ?? ''
  const isPath = /^[./~]/.test(text)
  if (text.startsWith('~')) scope.findings.tell('lost', source, 'the home of which user is not known on a worker')
  const from = isPath ? pathIn(scope.folder, text) : volumeName(source, text, scope)
  if (isPath && !text.startsWith('/')) {
    scope.findings.tell('harmless', source, `${from} must be there on each worker that may run this`)
  }
  const type = leafOf(isPath ? 'bind' : 'volume', item)
  draft.add('volumes', recordOf({ type, source: leafOf(from, source), target, readOnly }, item))
}

/** As Compose names it, so that data that is there already is found again. */
const volumeName = (source: Tree, name: string, { project, top, findings }: Scope): string => {
  const volume = top('volumes', name)
  if (volume === undefined) {
    findings.tell(
      'wrong',
      source,
      `there is no volume "${name}" at the end of the file`,
      `add \`volumes: {${name}: }\``,
    )
    return name
  }
  const external = partOf(volume, 'external')
  const given = partOf(volume, 'name')
  if (given !== undefined) return textOf(given) ?? name
  return external !== undefined && isTrue(external) ? name : `${project}_${name}`
}

const tmpfs: Carry = (value, draft, { findings }) => {
  for (const item of oneOrMore(value)) {
    const [target = '', options = ''] = (textOf(item) ?? '').split(':')
    const written = /(?:^|,)size=([^,]+)/.exec(options)?.[1]
    const size = written === undefined ? undefined : sizeOf(leafOf(written, item), findings)?.tree
    draft.add('volumes', recordOf({ type: leafOf('tmpfs', item), target: leafOf(target, item), size }, item))
  }
}

const secrets: Carry = (value, draft, { top, findings }) => {
  for (const item of oneOrMore(value)) {
    const source = textOf(item) === undefined ? partOf(item, 'source') : item
    const key = source === undefined ? '' : (textOf(source) ?? '')
    const secret = top('secrets', key)
    if (source === undefined || secret === undefined) {
      findings.tell('wrong', item, `there is no secret "${key}" at the end of the file`)
      continue
    }
    const external = partOf(secret, 'external')
    if (external === undefined || !isTrue(external)) {
      const next = `put it into the folder that \`ork worker --secrets\` names, and write \`${key}: {external: true}\``
      findings.tell('lost', secret, 'what a secret says is not sent along with a job', next)
    }
    const name = leafOf(textOf(partOf(secret, 'name') ?? source) ?? '', source)
    const target = partOf(item, 'target') ?? (textOf(name) === key ? undefined : source)
    draft.add('secrets', recordOf({ name, file: target, mode: modeOf(partOf(item, 'mode')) }, item))
  }
}

const modeOf = (mode: Tree | undefined): Tree | undefined => {
  if (mode === undefined) return undefined
  const text = (textOf(mode) ?? '').replace(/^0o?/, '')
  return leafOf(`0${text}`, mode)
}

/** What Compose itself does: a file of the machine, mounted to be read. */
const configs: Carry = (value, draft, { top, folder, findings }) => {
  for (const item of itemsOf(value)) {
    const source = textOf(item) === undefined ? partOf(item, 'source') : item
    const key = source === undefined ? '' : (textOf(source) ?? '')
    const config = top('configs', key)
    const file = config === undefined ? undefined : partOf(config, 'file')
    if (config === undefined) findings.tell('wrong', item, `there is no config "${key}" at the end of the file`)
    else if (file === undefined) {
      findings.tell('lost', config, 'a config can only be a file of the machine', 'give it a `file`')
    } else {
      const from = leafOf(pathIn(folder, textOf(file) ?? ''), file)
      findings.tell('harmless', file, `${textOf(from) ?? ''} must be there on each worker that may run this`)
      const target = partOf(item, 'target') ?? leafOf(`/${key}`, item)
      const bind = { type: leafOf('bind', item), source: from, target, readOnly: leafOf(true, item) }
      draft.add('volumes', recordOf(bind, item))
    }
  }
}

/** What is mounted into the container. */
export const MOUNT_FIELDS: Readonly<Record<string, Carry>> = { volumes, tmpfs, secrets, configs }
