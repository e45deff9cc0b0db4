import type { Tree } from '../source'
import { mergedService } from './merge'
import { type Findings, isText, mapOf, partOf, textOf } from './reading'

/** Not inherited: they are about the services of one file. */
const OWN = new Set(['depends_on', 'profiles'])
const MAX_CHAIN = 16

/** Where services are that may be extended. */
export interface Services {
  readonly file: string
  find(name: string): Tree | undefined
  /** The services of the file that is named there; undefined: it cannot be read, which has been told. */
  other(file: Tree): Services | undefined
}

/** The service with what it extends below it, as far as that goes. */
export const extended = (
  service: Tree,
  services: Services,
  findings: Findings,
  chain: readonly string[] = [],
): Tree => {
  const link = partOf(service, 'extends')
  if (link === undefined) return service
  const own = without(service, (key) => key === 'extends')
  const name = textOf(isText(link) ? link : (partOf(link, 'service') ?? link)) ?? ''
  const file = isText(link) ? undefined : partOf(link, 'file')
  const where = file === undefined ? services : services.other(file)
  if (where === undefined) return own
  const base = where.find(name)
  const here = `${where.file} ${name}`
  if (base === undefined) findings.tell('wrong', link, `there is no service "${name}" to extend`)
  else if (chain.includes(here) || chain.length > MAX_CHAIN) {
    findings.tell('wrong', link, 'the services extend one another in a circle')
  } else {
    const below = extended(base, where, findings, [...chain, here])
    return mergedService(
      without(below, (key) => OWN.has(key)),
      own,
      findings,
    )
  }
  return own
}

const without = (tree: Tree, isAway: (key: string) => boolean): Tree =>
  mapOf(new Map([...tree.parts].filter(([key]) => !isAway(key))), tree)
