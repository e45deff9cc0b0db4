import { Flags } from '@oclif/core'
import { OrkCommand } from '../../base'

export default class ClusterResizeLog extends OrkCommand {
  static override summary = 'Change on how many servers the log is kept, while the cluster runs'
  static override description =
    'The servers take writes all the while; this waits until every copy is as new as the leader. With three, any one ' +
    'server may be lost; with one, that one may not. The login must be allowed to change streams, as that of a manager is.'
  static override examples = [
    { description: 'From one server to three', command: '<%= config.bin %> cluster resize-log --replicas 3' },
    { description: 'Before two of three are taken away', command: '<%= config.bin %> cluster resize-log --replicas 1' },
  ]
  static override flags = {
    replicas: Flags.string({
      description: 'How many servers are to keep the log',
      options: ['1', '3', '5'],
      required: true,
    }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(ClusterResizeLog)
    const signal = this.interruptible()
    const connection = await this.connect(flags)
    const { resizeLog } = await import('../../show/resizeLog.js')
    await resizeLog(connection, Number(flags.replicas), { json: flags.json, out: this.out, signal })
  }
}
