import * as E from 'fp-ts/Either'
import type { ReadText } from '../file/envFiles'
import { mismatch } from '../shapes'
import { readSource, shifted, type Texts, type Tree } from '../source'
import { anchored } from './anchor'
import { extended, type Services } from './extends'
import { openIncluded, type Place, withIncluded } from './include'
import { MERGE_TAGS, mergedFile } from './merge'
import { folderOf, pathFrom, plainPath } from './paths'
import { type Findings, isMap, itemsOf, leafOf, mapOf, partOf, prepared, textOf } from './reading'

export interface ComposeText {
  /** For the errors; of a file, its path. */
  readonly name: string
  readonly text: string
}

const TOP = new Set(['name', 'version', 'services', 'networks', 'volumes', 'secrets', 'configs', 'x-ork', 'include'])

/** Files that a project may include, each time counted. */
const MAX_INCLUDED = 100

/** Reads Compose files into one model: merged, with what they include and what their services extend. */
export class Loader {
  private readonly known = new Map<string, Tree | undefined>()
  private included = 0
  private isWhole = true
  private main = ''

  constructor(
    private readonly texts: Texts,
    private readonly read: ReadText,
    private readonly findings: Findings,
  ) {}

  /**
   * The model of the files of a project, each over those before. All paths in it are from the first one's folder.
   * Undefined: one of the files could not be read, and to speak of what is missing for that would only confuse.
   */
  project(files: readonly ComposeText[], lookup: Place['lookup']): Tree | undefined {
    this.main = folderOf(files[0]?.name ?? '')
    const names = files.map(({ name }) => name.slice(name.lastIndexOf('/') + 1))
    const model = this.model(files, { folder: '.', lookup, files: names, isIncluded: false })
    return this.isWhole ? model : undefined
  }

  private model(files: readonly ComposeText[], place: Place): Tree {
    let whole = mapOf(new Map(), leafOf(null, { offset: 0 }))
    for (const file of files) {
      const tree = this.open(file)
      if (tree === undefined) continue
      const own = this.completed(this.filled(tree, place), file.name, whole, place)
      whole = mergedFile(whole, own, this.findings)
    }
    return whole
  }

  /** A file with what its services extend, and with what it includes. */
  private completed(file: Tree, name: string, before: Tree, place: Place): Tree {
    this.tellStray(file, place)
    let whole = this.withExtended(file, name, before, place)
    const include = partOf(file, 'include')
    if (include === undefined) return whole
    if (!include.list) this.findings.tell('wrong', include, mismatch('a list of Compose files', include.value))
    for (const item of itemsOf(include)) {
      const model = this.includedModel(item, place)
      if (model === undefined) this.isWhole = false
      else whole = withIncluded(whole, model, (tree) => this.texts.place(tree.offset), this.findings)
    }
    return mapOf(new Map([...whole.parts].filter(([key]) => key !== 'include')), whole)
  }

  private includedModel(item: Tree, place: Place): Tree | undefined {
    const { findings } = this
    const opened = openIncluded(item, place, this.read, findings)
    if (opened === undefined) return undefined
    this.included += opened.files.length
    if (this.included > MAX_INCLUDED) {
      // Once: files that include others twice over would tell of it without end.
      if (this.included - opened.files.length <= MAX_INCLUDED) {
        findings.tell('wrong', item, `more than ${MAX_INCLUDED} files are included`)
      }
      return undefined
    }
    const files = opened.files.map(({ path, text }) => ({ name: this.shown(path), text }))
    return this.model(files, opened.place)
  }

  private withExtended(file: Tree, name: string, before: Tree, place: Place): Tree {
    const services = partOf(file, 'services')
    if (services === undefined || !isMap(services)) return file
    const where = this.servicesOf(file, name, before, place)
    const parts = [...services.parts].map(
      ([key, part]) =>
        [key, { ...part, tree: isMap(part.tree) ? this.extended(part.tree, where) : part.tree }] as const,
    )
    const tree = { ...mapOf(new Map(parts), services), ...(services.tag === undefined ? {} : { tag: services.tag }) }
    return mapOf(new Map([...file.parts, ['services', { keyOffset: services.offset, tree }]]), file)
  }

  private extended(service: Tree, where: Services): Tree {
    const tree = extended(service, where, this.findings)
    return service.tag === undefined ? tree : { ...tree, tag: service.tag }
  }

  private servicesOf(file: Tree, name: string, before: Tree, place: Place): Services {
    const find = (of: Tree, service: string): Tree | undefined => partOf(of, 'services')?.parts.get(service)?.tree
    return {
      file: name,
      find: (service) => find(file, service) ?? find(before, service),
      other: (link) => {
        const path = plainPath(textOf(link) ?? '')
        const text = this.read(path)
        if (E.isLeft(text)) this.findings.tell('wrong', link, `${path}: ${text.left}`)
        const tree = E.isLeft(text) ? undefined : this.open({ name: this.shown(path), text: text.right })
        if (tree === undefined) return undefined
        const there = { ...place, folder: folderOf(path), isIncluded: true }
        return this.servicesOf(this.filled(tree, there), this.shown(path), mapOf(new Map(), tree), there)
      },
    }
  }

  /** The file with its variables filled in, as it is meant from the folder of the first one. */
  private filled(tree: Tree, place: Place): Tree {
    const file = prepared(tree, '', place.lookup, this.findings)
    return place.isIncluded ? anchored(file, place.folder, place.lookup) : file
  }

  /** What a text says; undefined: it cannot be read, which has been told. Each is read once. */
  private open({ name, text }: ComposeText): Tree | undefined {
    if (this.known.has(name)) return this.known.get(name)
    const body = text.startsWith('\ufeff') ? text.slice(1) : text
    const start = this.texts.add(name, body)
    const source = readSource(body, MERGE_TAGS)
    const faults = E.isLeft(source) ? source.left : source.right.faults
    this.findings.wrong.push(...faults.map((fault) => ({ ...fault, offset: fault.offset + start })))
    const tree = E.isLeft(source) ? undefined : this.asCompose(shifted(source.right.tree, start))
    if (tree === undefined) this.isWhole = false
    this.known.set(name, tree)
    return tree
  }

  private asCompose(tree: Tree): Tree | undefined {
    const tasks = tree.parts.get('tasks')?.tree
    if (isMap(tree) && tasks === undefined) return tree
    if (tasks === undefined) this.findings.tell('wrong', tree, mismatch('a map with `services`', tree.value))
    else this.findings.tell('wrong', tasks, 'this is a job file, no Compose file', 'submit it by itself')
    return undefined
  }

  private tellStray(file: Tree, place: Place): void {
    for (const [key, { tree }] of file.parts) {
      if (!TOP.has(key) && !key.startsWith('x-')) {
        this.findings.tell('wrong', tree, `"${key}" is no field of a Compose file`)
      } else if (key === 'x-ork' && place.isIncluded) {
        this.findings.tell(
          'lost',
          tree,
          'what is included cannot say what its job is like',
          'say it in the file that includes it',
        )
      }
    }
  }

  private shown(path: string): string {
    return plainPath(pathFrom(this.main, path))
  }
}
