import { Args, Flags } from '@oclif/core'
import { orkError } from '#libs/kernel'
import { nearest, PLACEMENT_POLICIES, type PlacementPolicy } from '#libs/spec'
import { OrkCommand } from '../../base'
import { UsageFailure } from '../../failure'

export default class SchedulerSetPolicy extends OrkCommand {
  static override summary = 'Choose how instances are placed from here on'
  static override description =
    'Takes effect at once, for instances that are placed from now on whose job names no policy of its own (`placement: ' +
    '{policy: binpack}`). What runs stays where it is. docs/SCHEDULING.md says what each policy does.'
  static override examples = [
    '<%= config.bin %> scheduler set-policy binpack',
    {
      description: 'Equally good workers are told apart by lot, and not by name',
      command: '<%= config.bin %> scheduler set-policy epvm-reserve --seed 7',
    },
  ]
  static override args = {
    policy: Args.string({ description: `One of ${PLACEMENT_POLICIES.join(', ')}`, required: true }),
  }
  static override flags = {
    seed: Flags.integer({ description: 'Of the lot that tells equally good workers apart', helpValue: 'N', min: 0 }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SchedulerSetPolicy)
    const policy = policyNamed(args.policy)
    const connection = await this.connect(flags)
    const [{ call }, { whoAmI }] = await Promise.all([import('../../client/call.js'), import('../../show/submit.js')])
    const reply = await call(connection, 'set-policy', { policy, seed: flags.seed ?? null, actor: whoAmI() })
    if (flags.json) return this.printJson(reply)
    await this.print(
      reply.outcome === 'set'
        ? `instances are placed by ${reply.policy} from sequence ${reply.seq} on`
        : `instances are placed by ${reply.policy} already`,
    )
  }
}

/** The policy of that name. Not one of oclif's options, whose list does not wrap in the help. */
const policyNamed = (text: string): PlacementPolicy => {
  const known = PLACEMENT_POLICIES.find((policy) => policy === text)
  if (known !== undefined) return known
  const guess = nearest(text, PLACEMENT_POLICIES)
  const all = `there are ${PLACEMENT_POLICIES.join(', ')}`
  throw new UsageFailure(
    orkError('NoSuchPolicy', `"${text}" is no placement policy`, {
      next: guess === undefined ? all : `did you mean \`${guess}\`? ${all}`,
    }),
  )
}
