import { type Constraint, isMet, type TaskSpec } from '#libs/spec'
import type { Words } from './words'

/** Constraints in the words that the workers' names and labels were given, so that they hold where they held. */
export const redactRules = ({ constraints }: TaskSpec, words: Words): Pick<TaskSpec, 'constraints'> =>
  constraints === undefined ? {} : { constraints: constraints.map((one) => redactConstraint(one, words)) }

const OF_MACHINES: ReadonlySet<string> = new Set(['driver', 'os', 'arch', 'kernel'])
const LABEL = 'label.'

const redactConstraint = ({ attribute, operator, value }: Constraint, words: Words): Constraint => {
  if (OF_MACHINES.has(attribute)) return { attribute, operator, value }
  const named = attribute.startsWith(LABEL) ? `${LABEL}${words.name(attribute.slice(LABEL.length))}` : attribute
  if (operator === '=' || operator === '!=') return { attribute: named, operator, value: words.name(value) }
  // What a list, a number or a pattern says of names is said by naming those of which it holds.
  const meant = words.names().filter((name) => isMet({ attribute, operator, value }, [name]))
  const others = (meant.length > 0 ? meant : [value]).map((name) => words.name(name)).join(',')
  return { attribute: named, operator: 'in', value: others }
}
