import type { WorkerVerdict } from '#libs/api'
import { escapeText } from './escape'
import type { EventLook } from './event'

/** More workers than this that say the same are summed up. */
const MAX_NAMES = 8

/** What workers say of an instance, a line for all that say the same; `fits`: what those say that have room. */
export const verdictLines = (
  verdicts: readonly WorkerVerdict[],
  fits: string,
  { colours }: Pick<EventLook, 'colours'>,
): readonly string[] => {
  const workers = new Map<string, string[]>()
  for (const verdict of verdicts) {
    const said = verdict.fits ? fits : `${colours.yellow(escapeText(verdict.filter))}: ${escapeText(verdict.detail)}`
    const same = workers.get(said) ?? []
    workers.set(said, [...same, escapeText(verdict.worker)])
  }
  return [...workers].map(([said, names]) => `${namesOf(names)}: ${said}`)
}

const namesOf = (names: readonly string[]): string => {
  const more = names.length - MAX_NAMES
  return more > 0 ? `${names.slice(0, MAX_NAMES).join(', ')} and ${more} more` : names.join(', ')
}
