import * as t from 'io-ts'
import { Count, Name, nullable } from '#libs/kernel'
import { PlacementPolicyCodec } from '#libs/spec'
import { defineEvent } from './define'

/** An attempt that is to go on elsewhere. */
export const MoveCodec = t.type(
  { job: Name, task: Name, index: Count, worker: Name, placement: Count, target: Name, gain: Count },
  'Move',
)
export type Move = t.TypeOf<typeof MoveCodec>

export const RebalanceRequested = defineEvent({
  type: 'RebalanceRequested',
  topic: 'control',
  owner: 'manager',
  nature: 'command',
  summary:
    'A user wants these attempts to go on elsewhere, by the update policy of their tasks; what was asked for before, and has ' +
    'not begun, is dropped. `policy`: by whose score the moves gain.',
  data: t.type({ policy: PlacementPolicyCodec, moves: t.array(MoveCodec), reason: nullable(t.string) }),
})
