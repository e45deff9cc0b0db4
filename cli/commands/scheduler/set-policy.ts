import { Args, Flags } from '@oclif/core'
import { orkError } from '#libs/kernel'
import { nearest, PLACEMENT_POLICIES, type PlacementPolicy } from '#libs/spec'
import { OrkCommand } from '../../base'
import { UsageFailure } from '../../failure'

export default class SchedulerSetPolicy extends OrkCommand {
  static override summary = 'Choose how instances are placed from here on'
  static override description =
    'Takes effect at once, for instances that are placed from now on whose job names no policy of its own (`placement: ' +
    '{policy: binpack}`). What runs stays where it is, unless `--preemption on`: then what has no place may take that of ' +
    'what runs with a priority lower by 10 or more, which is stopped and placed anew. docs/SCHEDULING.md says what each ' +
    'policy does.'
  static override examples = [
    '<%= config.bin %> scheduler set-policy binpack',
    {
      description: 'Equally good workers are told apart by lot, and not by name',
      command: '<%= config.bin %> scheduler set-policy epvm-reserve --seed 7',
    },
    {
      description: 'What matters more may take the place of what runs',
      command: '<%= config.bin %> scheduler set-policy --preemption on',
    },
  ]
  static override args = {
    policy: Args.string({ description: `One of ${PLACEMENT_POLICIES.join(', ')}; as it is unless named` }),
  }
  static override flags = {
    seed: Flags.integer({
      description: 'Of the lot that tells equally good workers apart',
      helpValue: 'N',
      min: 0,
    }),
    preemption: Flags.string({
      description: 'Whether higher priorities may take the place of lower ones; off until it is switched on',
      options: ['on', 'off'],
    }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SchedulerSetPolicy)
    const policy = args.policy === undefined ? null : policyNamed(args.policy)
    const preemption = flags.preemption === undefined ? null : flags.preemption === 'on'
    if (policy === null && (preemption === null || flags.seed !== undefined)) throw nothingAsked()
    const connection = await this.connect(flags)
    const [{ call }, { whoAmI }] = await Promise.all([import('../../client/call.js'), import('../../show/submit.js')])
    const request = { policy, seed: flags.seed ?? null, preemption, actor: whoAmI() }
    const reply = await call(connection, 'set-policy', request)
    if (flags.json) return this.printJson(reply)
    const how = `by ${reply.policy}, ${reply.preemption ? 'with' : 'without'} preemption`
    await this.print(
      reply.outcome === 'set'
        ? `instances are placed ${how} from sequence ${reply.seq} on`
        : `instances are placed ${how} already`,
    )
  }
}

const nothingAsked = (): UsageFailure =>
  new UsageFailure(
    orkError('NoSuchPolicy', 'name a policy', {
      next: `there are ${PLACEMENT_POLICIES.join(', ')}; or --preemption on`,
    }),
  )

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
