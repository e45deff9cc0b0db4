import { Args, Flags } from '@oclif/core'
import { OrkCommand } from '../base'

export default class Promote extends OrkCommand {
  static override summary = 'Find the canaries of an update good: the other instances follow'
  static override description =
    'The canaries are as many instances as the `update.canary` of a task says; they are replaced first.'
  static override examples = ['<%= config.bin %> promote web']
  static override args = { job: Args.string({ description: 'Name of the job', required: true }) }
  static override flags = { reason: Flags.string({ description: 'Why, for the log', helpValue: 'TEXT' }) }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Promote)
    const job = this.name('job', args.job)
    const connection = await this.connect(flags)
    const { steerUpdate } = await import('../show/change.js')
    const { json, reason = null } = flags
    await steerUpdate(connection, 'promote', job, { json, reason, out: this.out })
  }
}
