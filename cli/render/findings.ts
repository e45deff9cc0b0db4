import type { Finding } from '../doctor/facts'
import { escapeText } from './escape'
import type { EventLook } from './event'

/** A finding a line, what to do below it. */
export const renderFindings = (findings: readonly Finding[], look: EventLook): string =>
  findings.map((finding) => renderFinding(finding, look)).join('\n')

const renderFinding = ({ level, check, where, what, next }: Finding, { colours }: EventLook): string => {
  const marks = { ok: colours.green('ok  '), warn: colours.yellow('warn'), bad: colours.red('bad '), unknown: '?   ' }
  const head = `${marks[level]}  ${check}: ${escapeText(where === undefined ? what : `${where}: ${what}`)}`
  return next === undefined ? head : `${head}\n      ${colours.dim(escapeText(next))}`
}

/** What it comes to, in one line. */
export const renderVerdict = (findings: readonly Finding[], { colours }: EventLook): string => {
  const of = (level: Finding['level']): number => findings.filter((one) => one.level === level).length
  const [bad, warn] = [of('bad'), of('warn')]
  const more = warn === 0 ? '' : `, ${warn} to look at`
  return bad === 0 ? colours.green(`well${more}`) : colours.red(`not well: ${bad} bad${more}`)
}
