import { Args, Flags } from '@oclif/core'
import { PLACEMENT_POLICIES, type PlacementPolicy } from '#libs/spec'
import { OrkCommand } from '../../base'

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
    policy: Args.string({ description: 'The policy', required: true, options: [...PLACEMENT_POLICIES] }),
  }
  static override flags = {
    seed: Flags.integer({ description: 'Of the lot that tells equally good workers apart', helpValue: 'N', min: 0 }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SchedulerSetPolicy)
    const policy = args.policy as PlacementPolicy // one of the options, or it would not have been parsed
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
