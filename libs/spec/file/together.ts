import type { Constraint, JobKind, PlacementSpec } from '../model'
import { formatConstraint } from '../placement'
import type { Finding } from '../shapes'

interface Placed {
  readonly kind: JobKind
  readonly placement?: PlacementSpec
  readonly tasks: readonly { readonly name: string; readonly constraints?: readonly Constraint[] }[]
}

/** What must hold of a job whose tasks share a worker. */
export const placementRules = ({ kind, placement, tasks }: Placed): readonly Finding[] => {
  if (placement?.colocate !== true) return []
  if (kind === 'system') {
    const what = 'all tasks of a system job are on every worker that suits it, it has no `colocate`'
    return [{ at: ['placement', 'colocate'], what, next: 'remove it' }]
  }
  const findings: Finding[] = []
  const asked = new Map<string, { readonly task: string; readonly rule: Constraint }>()
  tasks.forEach(({ name, constraints = [] }, index) => {
    constraints.forEach((rule, at) => {
      if (rule.operator !== '=' || rule.attribute === 'driver') return // a worker may have several drivers
      const first = asked.get(rule.attribute) ?? { task: name, rule }
      asked.set(rule.attribute, first)
      if (first.task === name || first.rule.value === rule.value) return
      const what = `task ${first.task} asks for ${formatConstraint(first.rule)}, and with \`colocate\` they share a worker`
      findings.push({ at: ['tasks', index, 'constraints', at], what, next: 'ask for the same, or remove `colocate`' })
    })
  })
  return findings
}
