import { shorthand } from '../container/shorthand'
import { MAX_RULES } from '../limits'
import type { Constraint, PlacementRules } from '../model'
import { type FieldsOf, list, matching, oneOf, optional, refined, required, type Shape, struct } from '../shapes'
import { ATTRIBUTE, ATTRIBUTES, faultOf, OPERATORS, parseConstraint } from './constraint'

const constraint: Shape<Constraint> = refined(
  struct<Constraint>('a constraint such as `label.zone = b`', {
    attribute: required(matching(`label.KEY, or one of ${ATTRIBUTES.join(', ')}`, ATTRIBUTE), {
      doc: `What of the worker is looked at: \`label.KEY\`, or one of ${ATTRIBUTES.join(', ')}.`,
      example: 'label.zone',
    }),
    operator: required(oneOf(OPERATORS), {
      doc: 'How it is compared; `>=` compares numbers and versions, `contains` looks for all of a list in a list.',
      example: '=',
    }),
    value: required(matching('one line of 1 to 256 characters', /^(?! )[^\p{Cc}\p{Cs}]{1,256}(?<! )$/u), {
      doc: 'With what; a list with commas for `in` and `contains`.',
      example: 'b',
    }),
  }),
  (written) => {
    const what = faultOf(written)
    return what === null ? [] : [{ at: ['value'], what }]
  },
)

const written = shorthand('a constraint such as `label.zone = b`', constraint, 'label.zone = b', parseConstraint)

/** Where the instances of a task may go, each field with its documentation. */
export const placementFields: FieldsOf<PlacementRules> = {
  constraints: optional(
    list('a list of constraints', written, {
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
}
