import { LABEL_KEY, LABEL_TEXT } from '#libs/api'
import { orkError } from '#libs/kernel'
import { UsageFailure } from '../failure'

/** `zone=b` pairs to a record. Throws where one is not a pair. */
export const parseLabels = (pairs: readonly string[]): Record<string, string> =>
  Object.fromEntries(pairs.map((pair) => parsePair(pair, '--label', 'write it as key=value, e.g. zone=b')))

/** The same, where `zone-` takes one away (null). */
export const parseLabelChanges = (words: readonly string[]): Record<string, string | null> => {
  const next = 'write zone=b to give it, zone- to take it away'
  return Object.fromEntries(
    words.map((word) =>
      !word.includes('=') && word.endsWith('-') && LABEL_KEY.test(word.slice(0, -1))
        ? ([word.slice(0, -1), null] as const)
        : parsePair(word, 'LABELS', next),
    ),
  )
}

const parsePair = (pair: string, where: string, next: string): readonly [string, string] => {
  const at = pair.indexOf('=')
  const [key, text] = [pair.slice(0, at), pair.slice(at + 1)]
  if (at > 0 && LABEL_KEY.test(key) && LABEL_TEXT.test(text)) return [key, text]
  throw new UsageFailure(orkError('BadLabel', `"${pair}" is not a label`, { where, next }))
}
