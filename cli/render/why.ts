import { instanceId } from '#libs/kernel'
import { type Recomputed, type Remedy, summaryOf } from '../../services/scheduler/core'
import type { Run, Told } from '../why/story'
import type { Decision, Pending, Why } from '../why/why'
import { escapeText } from './escape'
import { type EventLook, eventLine } from './event'
import { count, sentenceOf } from './sentence'
import { paintState } from './state'
import { type Cell, renderTable } from './table'
import { relativeAndAbsolute } from './time'

type Verdict = Recomputed['workers'][number]

/** More workers than this are summed up. */
const MAX_WORKERS = 20
const MAX_REMEDIES = 5

/** An answer to "why?" for people. */
export const renderWhy = (answer: Why, look: EventLook): string => {
  const { story, run, decision, begun, ended, pending } = answer
  const id = look.colours.bold(escapeText(instanceId(story.ref)))
  const state = story.instance?.state ?? 'stopped'
  const latest = run === (story.runs.at(-1) ?? null)
  const sections = [`${id}: ${latest ? `${paintState(look.colours, state)(state)}, ` : ''}${whereOf(answer)}`]
  if (pending !== null) {
    sections.push(
      section('Why it waits', verdicts(pending.now, null, look), look),
      ...whatIsToCome(pending, look),
      section('Since', chain(pending.since, look), look),
    )
  }
  if (decision !== null && run !== null) {
    sections.push(
      section(`Why ${escapeText(decision.placed.event.data.worker)}`, decided(decision, run, look), look),
      ...(decision.victims.length === 0 ? [] : [section('Room was made for it', list(decision.victims, look), look)]),
      section(`How attempt ${run.attempt} came about`, chain(begun, look), look),
    )
  }
  if (ended.length > 0 && pending === null) {
    sections.push(section(isStopping(answer) ? 'Why it is to end' : 'How it ended', chain(ended, look), look))
  }
  return sections.join('\n\n')
}

const isStopping = ({ story, run }: Why): boolean => run === story.runs.at(-1) && story.instance?.state === 'stopping'

const section = (title: string, body: string, { colours }: EventLook): string => `${colours.bold(title)}\n${body}`

const whereOf = ({ run, story, pending }: Why): string => {
  if (run === null) return 'never placed yet'
  if (pending !== null) return `after attempt ${run.attempt} on ${escapeText(run.worker)}`
  const of = story.runs.length > 1 ? ` (of ${story.runs.map(({ attempt }) => attempt).join(', ')})` : ''
  return `attempt ${run.attempt}${of} of version ${run.placed.event.data.version} on ${escapeText(run.worker)}`
}

const decided = (decision: Decision, run: Run, look: EventLook): string => {
  const { placed, again } = decision
  const { policy, asOf, worker } = placed.event.data
  const summary = summaryOf(policy)
  const how = `by ${escapeText(policy)}${summary === null ? '' : ` (${summary})`}`
  return [
    `${escapeText(placed.event.source)} decided ${relativeAndAbsolute(placed.event.time, look)}, sequence ${placed.seq}, as of ${asOf}`,
    how,
    ...(run.attempt === placed.event.data.attempt
      ? []
      : [
          `attempts ${placed.event.data.attempt} to ${run.attempt} ran there one after the other: a restart is no new placement`,
        ]),
    ...(again === null || again.ahead === 0
      ? []
      : [`${again.ahead} ${again.ahead === 1 ? 'was' : 'were'} placed before it on the same view`]),
    ...(again === null ? [] : [verdicts(again, worker, look), ...ties(again, worker)]),
    checked(decision, look),
  ].join('\n')
}

const ties = ({ workers, policy }: Recomputed, chosen: string): string[] => {
  const best = workers.find(({ worker }) => worker === chosen)
  const equal = workers.filter(
    (one) => one.fits && best?.fits && one.worker !== chosen && one.score === best.score && isLiked(one, best),
  )
  if (equal.length === 0 || policy === 'round-robin') return []
  return [
    `${count(equal.length, 'worker')} scored the same: ties go by name, or by lot where the policy was set with a seed`,
  ]
}

type Fitting = Extract<Verdict, { fits: true }>

/** What the job itself prefers comes first, and before all that it has not failed there. */
const pointsOf = ({ avoided, preference }: Fitting): number =>
  avoided === true ? Number.MIN_SAFE_INTEGER + (preference?.points ?? 0) : (preference?.points ?? 0)

const isLiked = (one: Fitting, best: Fitting): boolean => pointsOf(one) === pointsOf(best)

const checked = ({ placed, again, agrees, mayDiffer }: Decision, { colours }: EventLook): string => {
  if (agrees) return colours.green(`Decided again from the log: ${escapeText(placed.event.data.worker)}, as it was`)
  const what = again?.placement?.worker ?? 'nowhere'
  const because = mayDiffer ?? 'the log and this ork should give the same: please report it, with `ork bundle --redact`'
  return colours.yellow(`Decided again from the log: ${escapeText(what)}, and not as it was; ${because}`)
}

/** A line a worker: the chosen first, then who fits by score, then who does not. */
const verdicts = ({ workers }: Recomputed, chosen: string | null, look: EventLook): string => {
  const rank = (one: Verdict): readonly [number, number] =>
    one.worker === chosen
      ? [Number.POSITIVE_INFINITY, 0]
      : one.fits
        ? [pointsOf(one), one.score]
        : [Number.NEGATIVE_INFINITY, 0]
  const sorted = [...workers].sort((a, b) => {
    const [[aPoints, aScore], [bPoints, bScore]] = [rank(a), rank(b)]
    return aPoints === bPoints ? bScore - aScore : bPoints > aPoints ? 1 : -1
  })
  const prefers = workers.some((one) => one.fits && one.preference !== undefined)
  const terms = [...new Set(workers.flatMap((one) => (one.fits ? Object.keys(one.costs) : [])))]
  const shown = sorted.slice(0, MAX_WORKERS)
  const table = renderTable(
    ['WORKER', 'VERDICT', ...(prefers ? ['POINTS'] : []), 'SCORE', ...terms.map((term) => term.toUpperCase()), ''],
    shown.map((one): (Cell | string)[] => [
      one.worker,
      verdictOf(one, chosen, look),
      ...(prefers ? [{ text: one.fits ? amount(one.preference?.points ?? 0) : '', align: 'right' } as const] : []),
      { text: one.fits ? amount(one.score) : '', align: 'right' },
      ...terms.map((term): Cell => ({ text: one.fits ? amount(costOf(one, term)) : '', align: 'right' })),
      one.fits ? remarkOf(one) : one.detail,
    ]),
    'no worker had joined',
  )
  const rest = sorted.slice(MAX_WORKERS)
  return indent([table, ...(rest.length === 0 ? [] : [restOf(rest)])].join('\n'))
}

const remarkOf = ({ avoided, preference }: Fitting): string =>
  [
    ...(avoided === true ? ['failed there lately: only if no other fits'] : []),
    ...(preference?.parts ?? []).map(({ rule, points }) => `${points > 0 ? '+' : ''}${amount(points)} ${rule}`),
  ].join('; ')

const costOf = (one: Fitting, term: string): number => (one.costs as Readonly<Record<string, number>>)[term] ?? 0

const amount = (value: number): string => String(Number(value.toPrecision(4)))

const verdictOf = (one: Verdict, chosen: string | null, { colours }: EventLook): Cell => {
  if (one.worker === chosen) return { text: 'chosen', paint: colours.green }
  return one.fits ? { text: 'fits' } : { text: one.filter, paint: colours.yellow }
}

const restOf = (rest: readonly Verdict[]): string => {
  const kinds = new Map<string, number>()
  for (const one of rest) {
    const kind = one.fits ? 'fit with no higher score' : one.filter
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  }
  return `and ${rest.length} more: ${[...kinds].map(([kind, n]) => `${n} ${kind}`).join(', ')}; --json has them all`
}

/** What it waits for, or would help. */
const whatIsToCome = ({ now, held, awaits }: Pending, look: EventLook): string[] => {
  if (held !== null) return [`It has no turn yet: ${escapeText(held)}.`]
  if (awaits === null) return remedies(now, look)
  const ending =
    awaits.ending.length === 0
      ? ''
      : `, once it has ended there: ${awaits.ending.map((id) => escapeText(id)).join(', ')}`
  return [`Room is made for it on ${escapeText(awaits.worker)}${ending}.`]
}

const remedies = ({ workers, remedies: found }: Recomputed, look: EventLook): string[] => {
  if (workers.some(({ fits }) => fits)) return ['It fits now: a scheduler that leads places it in a moment.']
  const lines = found.slice(0, MAX_REMEDIES).map((one) => `  ${remedyText(one)}`)
  if (lines.length === 0) lines.push('  another worker: none of these could ever take it, whatever ends there')
  return [section('What would help', lines.join('\n'), look)]
}

const remedyText = ({ needs, workers }: Remedy): string => {
  const [first = '', ...others] = workers.map((name) => escapeText(name))
  const where = others.length === 0 ? first : `any of ${[first, ...others.slice(0, 4)].join(', ')}`
  const more = others.length > 4 ? ` and ${others.length - 4} more` : ''
  return `on ${where}${more}: ${needs.map((need) => escapeText(need)).join(', and ')}`
}

const list = (told: readonly Told[], look: EventLook): string =>
  told.map((one) => `   ${eventLine(one, look)}`).join('\n')

/** The effect first, its causes below it. */
const chain = (told: readonly Told[], look: EventLook): string =>
  told.map((one, depth) => `${depth === 0 ? '   ' : ' ← '}${eventLine(one, look)}`).join('\n')

const indent = (text: string): string =>
  text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')

/** The same for programs. */
export const whyJson = ({ story, seq, run, decision, begun, ended, pending }: Why): Record<string, unknown> => ({
  id: instanceId(story.ref),
  seq,
  state: story.instance?.state ?? null,
  attempts: story.runs.map(({ attempt, worker, begun: { seq: sequence }, placed }) => ({
    attempt,
    worker,
    sequence,
    placement: placed.seq,
  })),
  attempt: run?.attempt ?? null,
  worker: run?.worker ?? null,
  decision: decision === null ? null : decisionJson(decision),
  begun: begun.map(causeJson),
  ended: ended.map(causeJson),
  pending: pending === null ? null : pendingJson(pending),
})

const decisionJson = ({ placed, victims, again, agrees, mayDiffer }: Decision) => ({
  sequence: placed.seq,
  time: placed.event.time,
  source: placed.event.source,
  ...placed.event.data,
  victims: victims.map(causeJson),
  recomputed: again === null ? null : recomputedJson(again),
  agrees,
  mayDiffer,
})

const pendingJson = ({ now, held, awaits, since }: Pending) => ({
  ...recomputedJson(now),
  held,
  awaits,
  since: since.map(causeJson),
})

const recomputedJson = ({ placement, policy, workers, remedies: found, ahead }: Recomputed) => ({
  worker: placement?.worker ?? null,
  policy,
  ahead,
  workers,
  remedies: found,
})

const causeJson = ({ seq, event }: Told) => ({ ...event, sequence: seq, text: sentenceOf(event) })
