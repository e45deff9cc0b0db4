import * as t from 'io-ts'
import { Count, nullable } from '#libs/kernel'
import { PlacementPolicyCodec } from '#libs/spec'
import { defineEvent } from './define'

export const PolicySet = defineEvent({
  type: 'PolicySet',
  topic: 'control',
  owner: 'scheduler',
  nature: 'command',
  summary:
    'From here on instances are placed by this policy, where their job names none. `seed`: of the lot by which equally ' +
    'good workers are told apart; null: by name.',
  data: t.type({ policy: PlacementPolicyCodec, seed: nullable(Count) }),
})
