import * as E from 'fp-ts/Either'
import { MAX_TASKS } from '../limits'
import { type Dependencies, dependencyCycle, endsByItself, type JobKind, type RestartSpec } from '../model'
import { type Finding, list, record, Shape } from '../shapes'
import { conditionShape, NAME_RULE, nameShape } from '../words'

const long = record('a map of tasks to conditions', NAME_RULE, conditionShape)
const short = list('a list of tasks', nameShape, { max: MAX_TASKS, distinct: true })

/** A map of tasks to what is waited for, or a list of tasks that must have started. */
export const dependsOnShape: Shape<Dependencies> = new Shape<Dependencies>(
  { form: 'either', expected: 'a list of tasks, or a map of tasks to conditions', of: [short.about, long.about] },
  long.is,
  (input, context) => {
    if (!Array.isArray(input)) return long.validate(input, context)
    const names = short.validate(input, context)
    return E.isLeft(names) ? names : E.right(Object.fromEntries(names.right.map((name) => [name, 'started' as const])))
  },
  (value) => long.encode(value),
)

interface Dependent {
  readonly name: string
  readonly restart: { readonly policy?: RestartSpec['policy'] }
  readonly dependsOn?: Dependencies
}

/** Tasks wait only for other tasks of their job, and never in a circle. */
export const dependencyRules = (kind: JobKind, tasks: readonly Dependent[]): readonly Finding[] => {
  const names = tasks.map(({ name }) => name)
  const findings = tasks.flatMap(({ name, dependsOn = {} }, index) =>
    Object.entries(dependsOn).flatMap(([other, condition]): Finding[] => {
      const at = ['tasks', index, 'dependsOn']
      if (other === name) return [{ at, what: `${name} waits for itself`, next: 'remove it' }]
      const found = tasks.find((task) => task.name === other)
      if (found === undefined) {
        return [{ at, what: `there is no task "${other}" in this job`, next: `tasks here: ${names.join(', ')}` }]
      }
      const usual = endsByItself(kind) ? 'on-failure' : 'always'
      if (condition !== 'completed' || (found.restart.policy ?? usual) !== 'always') return []
      const next = `give ${other} \`restart: {policy: on-failure}\``
      return [{ at, what: `${other} always restarts, so it never completes`, next }]
    }),
  )
  if (findings.length > 0) return findings
  const cycle = dependencyCycle(tasks)
  if (cycle === null) return []
  const at = ['tasks', names.indexOf(cycle[0] ?? ''), 'dependsOn']
  return [{ at, what: `the tasks wait for one another: ${cycle.join(' → ')}`, next: 'take one of these away' }]
}
