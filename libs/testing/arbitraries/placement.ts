import * as fc from 'fast-check'
import type { Constraint, JobKind, SpreadRule } from '#libs/spec'

const constraint: fc.Arbitrary<Constraint> = fc.oneof(
  fc.record<Constraint>({
    attribute: fc.constantFrom('label.zone', 'label.team/disk_2', 'worker', 'arch', 'kernel'),
    operator: fc.constantFrom<Constraint['operator'][]>('=', '!=', 'in', 'contains'),
    value: fc.constantFrom('b', 'a, b', 'amd64', '5', 'a = b', 'true'),
  }),
  fc.constant<Constraint>({ attribute: 'kernel', operator: '>=', value: '5.10' }),
  fc.constant<Constraint>({ attribute: 'label.rack', operator: 'regexp', value: '^r[0-9]+$' }),
)

const weight = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: -100, max: -1 }))

const spread: fc.Arbitrary<SpreadRule> = fc
  .record({
    attribute: fc.constantFrom('label.zone', 'worker', 'arch'),
    weight: fc.integer({ min: 1, max: 100 }),
    targets: fc.option(fc.constantFrom({ a: 70, b: 30 }, { a: 50 }, { 'b c': 0 }), { nil: undefined }),
  })
  .map(({ targets, ...rule }) => (targets === undefined ? rule : { ...rule, targets }))

const constraints = fc.array(constraint, { minLength: 1, maxLength: 3 })

/** The rules by which a task may be placed, each drawn by itself; a system job prefers no worker to another. */
export const placementArbitraries = (kind: JobKind) => ({
  constraints,
  ...(kind === 'system'
    ? {}
    : {
        affinities: fc.array(
          fc.tuple(constraint, weight).map(([rule, counts]) => ({ ...rule, weight: counts })),
          {
            minLength: 1,
            maxLength: 3,
          },
        ),
        spread: fc.array(spread, { minLength: 1, maxLength: 2 }),
        distinctWorkers: fc.constant(true),
      }),
})
