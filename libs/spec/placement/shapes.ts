import * as E from 'fp-ts/Either'
import { shorthand } from '../container/shorthand'
import { MAX_RULES } from '../limits'
import { type Affinity, type Constraint, DEFAULT_WEIGHT, type PlacementRules, type SpreadRule } from '../model'
import {
  defaulted,
  type FieldsOf,
  flag,
  integer,
  list,
  matching,
  oneOf,
  optional,
  record,
  refined,
  required,
  type Shape,
  struct,
} from '../shapes'
import { ATTRIBUTE, ATTRIBUTES, faultOf, OPERATORS, oursOf, parseConstraint } from './constraint'

const attribute = matching(`label.KEY, or one of ${ATTRIBUTES.join(', ')}`, ATTRIBUTE)

const VALUE = { expected: 'one line of 1 to 256 characters', pattern: /^(?! )[^\p{Cc}\p{Cs}]{1,256}(?<! )$/u }

const constraintFields: FieldsOf<Constraint> = {
  attribute: required(attribute, {
    doc: `What of the worker is looked at: \`label.KEY\`, or one of ${ATTRIBUTES.join(', ')}.`,
    example: 'label.zone',
  }),
  operator: required(oneOf(OPERATORS), {
    doc: 'How it is compared; `>=` compares numbers and versions, `contains` looks for all of a list in a list.',
    example: '=',
  }),
  value: required(matching(VALUE.expected, VALUE.pattern), {
    doc: 'With what; a list with commas for `in` and `contains`.',
    example: 'b',
  }),
}

const faults = (rule: Constraint) => {
  const what = faultOf(rule)
  return what === null ? [] : [{ at: ['value'], what }]
}

const EXPECTED = 'a constraint such as `label.zone = b`'
const constraint: Shape<Constraint> = shorthand(
  EXPECTED,
  refined(struct<Constraint>(EXPECTED, constraintFields), faults),
  'label.zone = b',
  parseConstraint,
)

const PREFERRED = 'a preference such as `label.disk = ssd`'
const affinity: Shape<Affinity> = shorthand(
  PREFERRED,
  refined(
    struct<Affinity>(PREFERRED, {
      ...constraintFields,
      weight: defaulted(integer({ min: -100, max: 100 }), DEFAULT_WEIGHT, {
        doc: 'How much it counts beside the others; below 0 where the worker is rather not to have it.',
        example: -100,
      }),
    }),
    (rule) => [
      ...faults(rule),
      ...(rule.weight === 0
        ? [{ at: ['weight'], what: 'a weight of 0 prefers nothing', next: 'take 1 to 100, or -100 to -1' }]
        : []),
    ],
  ),
  'label.disk = ssd',
  parseConstraint,
)

const OVER = 'what to spread over, such as `label.zone`'
const spread: Shape<SpreadRule> = shorthand(
  OVER,
  refined(
    struct<SpreadRule>(OVER, {
      attribute: required(attribute, {
        doc: `What of the workers the instances are spread over: \`label.KEY\`, or one of ${ATTRIBUTES.join(', ')}.`,
        example: 'label.zone',
      }),
      weight: defaulted(integer({ min: 1, max: 100 }), DEFAULT_WEIGHT, {
        doc: 'How much it counts beside other preferences.',
        example: 100,
      }),
      targets: optional(record('a map of values to percents', VALUE, integer({ min: 0, max: 100 })), {
        doc: 'Percent of the instances by value; what is left of 100 is for all other values together.',
        example: { a: 70, b: 30 },
        otherwise: 'evenly',
      }),
    }),
    ({ targets = {} }) => {
      const sum = Object.values(targets).reduce((all, percent) => all + percent, 0)
      return sum <= 100 ? [] : [{ at: ['targets'], what: `the targets come to ${sum} %`, next: 'at most 100 in all' }]
    },
  ),
  'label.zone',
  (text) => E.right({ attribute: oursOf(text.trim()) }),
)

/** Where the instances of a task may go, each field with its documentation. */
export const placementFields: FieldsOf<PlacementRules> = {
  constraints: optional(
    list('a list of constraints', constraint, {
      max: MAX_RULES,
      hint: () => "write a list: `constraints: ['label.zone = b']`",
    }),
    {
      doc:
        'What must hold of a worker. An attribute (`label.KEY`, `worker`, `host`, `driver`, `os`, `arch`, `kernel`), an ' +
        'operator and a value: `=`, `!=`, `>=` (numbers and versions), `in` (one of a list), `contains` (all of a ' +
        'list), `regexp`. What runs stays where it is when the labels of its worker change.',
      example: ['label.zone in a,b', 'arch = amd64', 'kernel >= 5.10'],
      otherwise: 'any worker',
      synonyms: ['constraint', 'nodeselector'],
    },
  ),
  affinities: optional(
    list('a list of preferences', affinity, {
      max: MAX_RULES,
      hint: () => "write a list: `affinities: ['label.disk = ssd']`",
    }),
    {
      doc:
        'What should hold of a worker, in the words of constraints, each with a `weight` of -100 to 100. Of the workers ' +
        'that may take an instance those of the highest sum are taken; among these the policy chooses.',
      example: ['label.disk = ssd', { attribute: 'label.zone', operator: '=', value: 'b', weight: -20 }],
      otherwise: 'none',
      synonyms: ['affinity', 'preferences', 'prefers', 'prefer'],
    },
  ),
  spread: optional(
    list('a list of attributes', spread, { max: MAX_RULES, hint: () => 'write a list: `spread: [label.zone]`' }),
    {
      doc:
        'Over what the instances of the task are spread: evenly over the values that open workers have of an ' +
        'attribute, or by `targets`, in percent. Workers without it count as one more value. It adds to the sum of ' +
        '`affinities`, and keeps no instance from a place.',
      example: ['label.zone', { attribute: 'label.rack', targets: { a: 70, b: 30 } }],
      otherwise: 'as the policy has it',
      synonyms: ['spreads', 'topologyspreadconstraints', 'topology_spread'],
    },
  ),
  distinctWorkers: optional(flag, {
    doc: 'Whether no two instances of the task may share a worker.',
    example: true,
    otherwise: 'false',
    synonyms: ['distinct_hosts', 'distinct', 'antiaffinity', 'max_replicas_per_node'],
  }),
}
