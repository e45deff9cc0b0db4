import { Args } from '@oclif/core'
import { OrkCommand } from '../../base'

export default class ClusterLimitLog extends OrkCommand {
  static override summary = 'Change how large the log may grow, while the cluster runs'
  static override description =
    'A tenth of the limit is kept for what containers report: from there on jobs are refused and nothing is decided, ' +
    'until there is room again. Nothing is ever deleted for want of room. The login must be allowed to change streams, as ' +
    'that of a manager is.'
  static override examples = [
    '<%= config.bin %> cluster limit-log 20GiB',
    { description: 'As large as the disk', command: '<%= config.bin %> cluster limit-log none' },
  ]
  static override args = {
    size: Args.string({ description: 'At most so much, e.g. 20GiB; none for no limit', required: true }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ClusterLimitLog)
    const { limitLog, parseLimit } = await import('../../show/limitLog.js')
    const maxBytes = parseLimit(args.size)
    const connection = await this.connect(flags)
    await limitLog(connection, maxBytes, { json: flags.json, out: this.out })
  }
}
