import { OrkCommand } from '../base'
import { ledDescription, serviceFlags } from '../start/flags'

export default class Scheduler extends OrkCommand {
  static override summary = 'Run a scheduler: it decides where what should run runs'
  static override description = ledDescription
  static override examples = [
    '<%= config.bin %> scheduler --nats nats://10.0.0.1:4222 --name s1',
    {
      description: 'With a log kept on three servers',
      command: '<%= config.bin %> scheduler --nats nats://a,nats://b,nats://c --replicas 3',
    },
  ]
  static override flags = serviceFlags

  async run(): Promise<void> {
    const { flags } = await this.parse(Scheduler)
    const [{ runNamed }, { startScheduler }] = await Promise.all([
      import('../start/runNamed.js'),
      import('#services/scheduler'),
    ])
    await runNamed('scheduler', flags, this.interruptible(), startScheduler)
  }
}
