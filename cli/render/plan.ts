import type { UpdateSpec } from '#libs/spec'
import type { Landing, Plan } from '../plan/plan'
import type { Step } from '../plan/steps'
import { escapeText } from './escape'
import type { EventLook } from './event'
import { renderFields } from './fields'
import { grouped } from './foldProgress'
import { verdictLines } from './verdicts'

/** More instances of a task than this are summed up. */
const MAX_LINES = 40

/** What submitting a file would come to, with all its jobs; `file`: as it was typed. */
export const renderPlans = (plans: readonly Plan[], file: string, look: EventLook): string => {
  const [only, ...more] = plans
  if (only !== undefined && more.length === 0) return renderPlan(only, file, look)
  const each = 'each as if it were the only one; to have all of them:'
  return [...plans.map((plan) => renderPlan(plan, null, look)), `${each} ork submit ${escapeText(file)}`].join('\n\n')
}

/** What a submit would come to, for people. `file`: that the job is all of; null: of more than one. */
export const renderPlan = (plan: Plan, file: string | null, look: EventLook): string => {
  const { job, from, to, changed, fields, instances, update } = plan
  const name = look.colours.bold(escapeText(job))
  if (!changed) return `${name} is what the file says: version ${from}, nothing would change`
  const head = from === 0 ? `${name} is new, it would be version 1` : `${name} would go from version ${from} to ${to}`
  const same = fields.length === 0 ? ['  no field differs: its instances are tried once more'] : []
  const tasks = [...new Set(instances.map(({ task }) => task))]
  return [
    [head, ...renderFields(fields, look), ...same],
    ...tasks.map((task) => {
      const own = instances.filter((one) => one.task === task)
      return [`${look.colours.bold(escapeText(task))}  ${sumOf(own, update[task])}`, ...landings(own, look)]
    }),
    ...(file === null ? [] : [[`to have exactly this: ork submit ${escapeText(file)} --check-version ${from}`]]),
  ]
    .map((lines) => lines.join('\n'))
    .join('\n\n')
}

const DONE: Readonly<Record<Step, string>> = {
  create: 'created',
  replace: 'replaced',
  stop: 'stopped',
  keep: 'kept',
  wait: 'waiting already',
}

const sumOf = (own: readonly Landing[], update: UpdateSpec | undefined): string => {
  const counts = Object.entries(DONE).flatMap(([step, done]) => {
    const n = own.filter((one) => one.step === step).length
    return n === 0 ? [] : [`${grouped(n)} ${done}`]
  })
  const isReplaced = own.some(({ step }) => step === 'replace')
  return `${counts.join(', ')}${isReplaced && update !== undefined ? `; ${how(update)}` : ''}`
}

/** `1 at a time, each stopped first; the others wait for `ork promote` after 1` */
const how = ({ maxParallel, order, canary, autoPromote }: UpdateSpec): string => {
  const first = order === 'start-first' ? 'the next one is started first' : 'each is stopped first'
  const then = autoPromote ? 'the others follow once it is healthy' : 'the others wait for `ork promote`'
  const canaries = canary === 0 ? '' : `; after ${canary} ${then}`
  return `${maxParallel} at a time, ${first}${canaries}`
}

const landings = (own: readonly Landing[], look: EventLook): string[] => {
  const moving = own.filter(({ step }) => step !== 'keep')
  const lines = moving.slice(0, MAX_LINES).map((one) => landing(one, look))
  const rest = moving.length - lines.length
  const stuck = moving.find(({ why }) => why.length > 0)
  return [
    ...lines,
    ...(rest > 0 ? [`  and ${grouped(rest)} more; --json has them all`] : []),
    ...(stuck === undefined ? [] : whyNot(stuck, look)),
  ]
}

const landing = ({ id, step, from, to, held }: Landing, { colours }: EventLook): string => {
  const name = escapeText(id)
  if (held !== null) return `  ${colours.green('+')} ${name}  later: ${escapeText(held)}`
  const at = (worker: string | null): string =>
    worker === null ? colours.yellow('on no worker now') : escapeText(worker)
  switch (step) {
    case 'create':
    case 'wait':
      return `  ${colours.green('+')} ${name}  ${to === null ? at(to) : `on ${at(to)}`}`
    case 'replace':
      return `  ${colours.yellow('~')} ${name}  ${at(from)} → ${at(to)}`
    case 'stop':
      return `  ${colours.red('-')} ${name}  on ${at(from)}`
    case 'keep':
      return `  = ${name}  on ${at(from)}`
  }
}

/** Instances of a task are alike: one of them speaks for all. */
const whyNot = ({ id, why }: Landing, look: EventLook): string[] => [
  `  ${escapeText(id)} fits nowhere:`,
  ...verdictLines(why, 'has room, but not for all of them', look).map((line) => `    ${line}`),
]
