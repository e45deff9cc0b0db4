import type { ReadText } from '../file/envFiles'
import type { Tree } from '../source'
import type { Draft } from './draft'
import type { Findings } from './reading'

/** What a field of a service may look at beside itself. */
export interface Scope {
  readonly project: string
  readonly service: Tree
  /** The service by itself, which has become a job of its own. */
  readonly alone: boolean
  /** Folder of the file, absolute. */
  readonly folder: string
  /** Parts of the whole file: `volumes`, `networks`, `secrets`, `configs`. */
  top(section: string, name: string): Tree | undefined
  /** Gives the files beside. */
  readonly read: ReadText
  readonly findings: Findings
}

/** Carries one field of a service over. */
export type Carry = (value: Tree, draft: Draft, scope: Scope) => void
