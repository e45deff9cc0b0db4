import * as E from 'fp-ts/Either'
import type { Cluster } from '../model/cluster'
import { listOf, Malformed } from './form'
import { type Context, newContext, PARTS } from './parts'

export { FOLD_DIGEST, FOLD_VERSION } from './foldVersion'

type Key = keyof typeof PARTS

/**
 * The cluster as lines of JSON, from which `ClusterReader` makes the very same again: equal in every field, in the order
 * of its maps and sets, and in what is one object. Each line is a small piece of work, so that writing a large cluster
 * can be spread over time; the cluster must not change meanwhile.
 */
export const writeCluster = (cluster: Cluster): Generator<string> => written(newContext(cluster))

/**
 * All that a cluster says, as text: the same for any two folds of the same events, whatever services have asked of one
 * of them for. Makes what nobody has asked for yet.
 */
export const contentOf = (cluster: Cluster): string => [...written(newContext(cluster, false))].join('\n')

function* written(context: Context): Generator<string> {
  let lines = 0
  for (const key of Object.keys(PARTS) as Key[]) {
    for (const line of PARTS[key].write(context)) {
      lines += 1
      yield JSON.stringify([key, line, context.specs.takeNew()])
    }
  }
  yield JSON.stringify(['end', lines])
}

/** Reads what `writeCluster` wrote, line by line. */
export class ClusterReader {
  private readonly context: Context = newContext()
  private lines = 0
  private ended = false
  private failure: string | null = null

  line(text: string): void {
    if (this.failure !== null) return
    try {
      this.read(listOf('line', JSON.parse(text)))
    } catch (cause) {
      if (!(cause instanceof Malformed || cause instanceof SyntaxError)) throw cause
      this.failure = `line ${this.lines + 1}: ${cause.message}`
    }
  }

  /** The cluster, once all lines were read; left: what is wrong with them. */
  end(): E.Either<string, Cluster> {
    if (this.failure !== null) return E.left(this.failure)
    return this.ended ? E.right(this.context.cluster) : E.left(`it ends after ${this.lines} lines`)
  }

  private read([key, line, specs]: readonly unknown[]): void {
    if (this.ended) throw new Malformed('more lines than were written')
    if (key === 'end') {
      if (line !== this.lines) throw new Malformed(`${this.lines} lines of ${line}`)
      this.ended = true
      return
    }
    if (typeof key !== 'string' || !Object.hasOwn(PARTS, key)) throw new Malformed('no part of a cluster')
    this.context.specs.readNew(listOf('templates', specs))
    PARTS[key as Key].read(this.context, line)
    this.lines += 1
  }
}
