import * as E from 'fp-ts/Either'
import { stringify } from 'yaml'
import type { OrkError } from '#libs/kernel'
import { type ReadText, readsNothing } from '../file/envFiles'
import { MAX_PROBLEMS } from '../limits'
import type { JobSpec } from '../model'
import { readTree } from '../parse'
import { isRecord, mismatch, Written } from '../shapes'
import { type Fault, readSource, Texts, type Tree, toErrors } from '../source'
import type { Lookup } from './interpolate'
import { type ComposeText, Loader } from './load'
import { MERGE_TAGS } from './merge'
import { tellStrayTop } from './nested'
import { entriesOf, Findings, isMap, leafOf, listOf, mapFrom, mapOf, partOf, textOf } from './reading'
import type { Scope } from './scope'
import { isActive, ownJobOf, taskOf } from './service'
import { withEnvFile } from './variables'

export interface ComposeOptions {
  /** Profiles whose services are taken along, beside those that have none; `*`: all. */
  readonly profiles?: readonly string[]
  /** Leave out what cannot be carried over, instead of refusing the file for it. */
  readonly lenient?: boolean
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Absolute folder of the first file: relative paths start there, and it names a project that has no name. */
  readonly folder?: string
  /** Gives the files beside: `.env`, env files, and files that are included or whose services are extended. */
  readonly read?: ReadText
}

/** The jobs that a Compose file comes to: the project's own first, then the services that are jobs by themselves. */
export interface Converted {
  readonly jobs: readonly JobSpec[]
  /** The same as job files, with nothing but what the Compose file says. */
  readonly files: readonly string[]
  /** What makes no difference, and with `lenient` what was left out. */
  readonly warnings: readonly OrkError[]
}

/** Whether a text is a Compose file: a map with `services`, or with files to `include`, and without `tasks`. */
export const isCompose = (text: string): boolean => {
  const source = readSource(text, MERGE_TAGS)
  if (E.isLeft(source) || !isRecord(source.right.tree.value)) return false
  const { parts } = source.right.tree
  const isThere = parts.get('services')?.tree.list === false || parts.get('include')?.tree.list === true
  return isThere && !parts.has('tasks')
}

/**
 * Turns the Compose files of one project, each merged over those before, into jobs. Left: all that is wrong, and without
 * `lenient` all that cannot be carried over, each with its file and its place there. Never throws.
 */
export const convertCompose = (
  files: readonly ComposeText[],
  options: ComposeOptions = {},
): E.Either<readonly OrkError[], Converted> => {
  const { read = readsNothing, environment = {}, lenient = false, folder = '/' } = options
  const texts = new Texts()
  const told = (faults: readonly Fault[]): readonly OrkError[] => toErrors(faults, texts, MAX_PROBLEMS)
  const findings = new Findings()
  const lookup = environmentOf(environment, read, findings)
  const tree = new Loader(texts, read, findings).project(files, lookup)
  const trees = tree === undefined ? [] : new Conversion(tree, folder, options, read, lookup, findings).jobs()
  const specs = trees.map((job) => readTree(job, [], read))
  const faults = [...findings.wrong, ...(lenient ? [] : findings.lost)]
  const refused = [...faults, ...specs.flatMap((spec) => (E.isLeft(spec) ? spec.left : []))]
  if (refused.length > 0) return E.left(told(refused))
  return E.right({
    jobs: specs.flatMap((spec) => (E.isRight(spec) ? [spec.right] : [])),
    files: trees.map((job) => stringify(unwritten(job.value), { lineWidth: 0 })),
    warnings: told([...findings.harmless, ...findings.lost]),
  })
}

/** The variables that are set, and where they say nothing those of the `.env` file beside. */
const environmentOf = (
  environment: Readonly<Record<string, string | undefined>>,
  read: ReadText,
  findings: Findings,
): Lookup => {
  const given: Lookup = (name) => environment[name]
  const beside = read('.env')
  const lookup = E.isRight(beside) ? withEnvFile(given, beside.right) : E.right(given)
  if (E.isRight(lookup)) return lookup.right
  for (const what of lookup.left) findings.wrong.push({ offset: 0, path: '', what: `.env: ${what}` })
  return given
}

/** Numbers and booleans as they were written, where the value alone would lose that. */
const unwritten = (value: unknown): unknown => {
  if (value instanceof Written) return String(value.value) === value.text ? value.value : value.text
  if (Array.isArray(value)) return value.map(unwritten)
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, unwritten(part)]))
}

class Conversion {
  private readonly services: Tree
  private readonly own = new Map<string, ReadonlyMap<string, Tree>>()

  constructor(
    private readonly tree: Tree,
    private readonly folder: string,
    private readonly options: ComposeOptions,
    private readonly read: ReadText,
    private readonly lookup: Lookup,
    private readonly findings: Findings,
  ) {
    this.services = partOf(tree, 'services') ?? mapOf(new Map(), tree)
  }

  jobs(): readonly Tree[] {
    this.topLevel()
    const taken = this.taken()
    for (const { name, service } of taken) {
      const job = ownJobOf(service, this.findings)
      if (job !== null) this.own.set(textOf(name) ?? '', job)
    }
    const project = this.project()
    const together: Tree[] = []
    const alone: Tree[] = []
    for (const { name, service } of taken) {
      const job = this.own.get(textOf(name) ?? '')
      const scope = this.scope(textOf(project) ?? '', service, job !== undefined)
      const task = taskOf(name, service, scope, this.lookup).tree()
      if (job === undefined) together.push(task)
      else alone.push(this.job(leafOf(`${textOf(project)}-${textOf(name)}`, name), job, [task]))
    }
    const more = partOf(this.tree, 'x-ork')
    const fields = new Map(more === undefined ? [] : entriesOf(more, 'a map of fields of a job', this.findings))
    return [...(together.length > 0 ? [this.job(project, fields, together)] : []), ...alone]
  }

  private job(name: Tree, fields: ReadonlyMap<string, Tree>, tasks: readonly Tree[]): Tree {
    return mapFrom(new Map([['name', name], ...fields, ['tasks', listOf(tasks, this.services)]]), name)
  }

  private topLevel(): void {
    tellStrayTop(this.tree, this.findings)
    for (const [, volume] of this.section('volumes')) {
      const driver = partOf(volume, 'driver')
      if (driver !== undefined && textOf(driver) !== 'local') {
        this.findings.tell('lost', driver, 'volumes are those of the worker itself')
      }
      const options = partOf(volume, 'driver_opts')
      if (options !== undefined) this.findings.tell('lost', options, 'a volume has no options')
    }
    for (const [, network] of this.section('networks')) {
      const driver = partOf(network, 'driver')
      if (driver !== undefined && textOf(driver) !== 'bridge') {
        this.findings.tell(
          'lost',
          driver,
          'each worker has its own networks: instances on different workers do not meet',
        )
      }
      for (const field of ['driver_opts', 'ipam', 'internal', 'enable_ipv6']) {
        const part = partOf(network, field)
        if (part !== undefined && part.value !== false) this.findings.tell('lost', part, 'networks have no settings')
      }
    }
  }

  private section(name: string): readonly (readonly [string, Tree])[] {
    const part = partOf(this.tree, name)
    return part === undefined ? [] : entriesOf(part, 'a map', this.findings)
  }

  /** The services that the profiles let through. */
  private taken(): readonly { readonly name: Tree; readonly service: Tree }[] {
    const { environment = {}, profiles = (environment.COMPOSE_PROFILES ?? '').split(',') } = this.options
    const wanted = new Set(profiles)
    const { services, findings } = this
    const found: { name: Tree; service: Tree }[] = []
    for (const [key, { keyOffset, tree }] of services.parts) {
      if (!isMap(tree)) findings.tell('wrong', tree, mismatch('a service', tree.value))
      else if (isActive(tree, wanted)) {
        const name = leafOf(key, { offset: keyOffset, ...(tree.path === undefined ? {} : { path: tree.path }) })
        found.push({ name, service: tree })
      }
    }
    if (found.length === 0 && findings.wrong.length === 0) this.nothingToRun()
    return found
  }

  /** Said only where no mistake explains it. */
  private nothingToRun(): void {
    const { services, findings } = this
    const profiles = 'each is for a profile: name one with `--profile NAME`'
    if (services.parts.size > 0) findings.tell('wrong', services, 'no service is left to run', profiles)
    else findings.tell('wrong', services, 'there is no service in it')
  }

  private project(): Tree {
    const given = partOf(this.tree, 'name')
    if (given !== undefined) return given
    const folder = this.folder.slice(this.folder.lastIndexOf('/') + 1)
    const name = folder
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .replace(/^-+|-+$/g, '')
    return leafOf(name, { offset: 0, path: 'name' })
  }

  private scope(project: string, service: Tree, alone: boolean): Scope {
    const top = (section: string, name: string): Tree | undefined => {
      if (section === 'jobs') return this.own.has(name) ? service : undefined
      return partOf(this.tree, section)?.parts.get(name)?.tree
    }
    return { project, service, alone, folder: this.folder, top, read: this.read, findings: this.findings }
  }
}
