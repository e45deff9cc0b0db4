import * as E from 'fp-ts/Either'
import { readEnvLines } from '../file/envFiles'
import type { Lookup } from './interpolate'

/** The variables of the environment, and where it says nothing those of the `.env` file beside. Left: what is wrong in it. */
export const variablesOf = (
  environment: Readonly<Record<string, string | undefined>>,
  envFile: string | null,
): E.Either<readonly string[], Lookup> => {
  const beside: Record<string, string> = {}
  const wrong = envFile === null ? [] : readEnvLines(envFile, beside)
  if (wrong.length > 0) return E.left(wrong)
  return E.right((name) => environment[name] ?? (Object.hasOwn(beside, name) ? beside[name] : undefined))
}
