import * as t from 'io-ts'
import { Count, nullable } from '#libs/kernel'
import { PlacementPolicyCodec } from '#libs/spec'
import { defineEvent } from './define'

const first = t.type({ policy: PlacementPolicyCodec, seed: nullable(Count) })

/** Version 2 says whether instances may be preempted. */
export const PolicySet = defineEvent({
  type: 'PolicySet',
  version: 2,
  topic: 'control',
  owner: 'scheduler',
  nature: 'command',
  summary:
    'From here on instances are placed by this policy, where their job names none. `seed`: of the lot by which equally ' +
    'good workers are told apart; null: by name. `preemption`: whether what has a higher priority may take the place of ' +
    'what runs; null: as before.',
  data: t.type({ ...first.props, preemption: nullable(t.boolean) }),
  older: { 1: { data: first, upcast: (data: t.TypeOf<typeof first>) => ({ ...data, preemption: null }) } },
})
