import * as E from 'fp-ts/Either'
import { readEnvLines } from '../file/envFiles'
import type { Lookup } from './interpolate'

/** What `outer` says, and where it says nothing what the env file says. Left: what is wrong in that. */
export const withEnvFile = (outer: Lookup, text: string): E.Either<readonly string[], Lookup> => {
  const beside: Record<string, string> = {}
  const wrong = readEnvLines(text, beside)
  if (wrong.length > 0) return E.left(wrong)
  return E.right((name) => outer(name) ?? (Object.hasOwn(beside, name) ? beside[name] : undefined))
}
