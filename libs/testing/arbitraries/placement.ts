import * as fc from 'fast-check'
import type { Constraint } from '#libs/spec'

const constraint: fc.Arbitrary<Constraint> = fc.oneof(
  fc.record<Constraint>({
    attribute: fc.constantFrom('label.zone', 'label.team/disk_2', 'worker', 'arch', 'kernel'),
    operator: fc.constantFrom<Constraint['operator'][]>('=', '!=', 'in', 'contains'),
    value: fc.constantFrom('b', 'a, b', 'amd64', '5', 'a = b', 'true'),
  }),
  fc.constant<Constraint>({ attribute: 'kernel', operator: '>=', value: '5.10' }),
  fc.constant<Constraint>({ attribute: 'label.rack', operator: 'regexp', value: '^r[0-9]+$' }),
)

/** The rules by which a task may be placed, each drawn by itself. */
export const placementArbitraries = {
  constraints: fc.array(constraint, { minLength: 1, maxLength: 3 }),
}
