import { OrkCommand } from '../base'
import { ledDescription, serviceFlags } from '../start/flags'

export default class Manager extends OrkCommand {
  static override summary = 'Run a manager: it decides what should run, and serves the API'
  static override description = ledDescription
  static override examples = [
    '<%= config.bin %> manager --nats nats://10.0.0.1:4222 --name m1',
    {
      description: 'With a log kept on three servers',
      command: '<%= config.bin %> manager --nats nats://a,nats://b,nats://c --replicas 3',
    },
  ]
  static override flags = serviceFlags

  async run(): Promise<void> {
    const { flags } = await this.parse(Manager)
    const [{ runNamed }, { startManager }] = await Promise.all([
      import('../start/runNamed.js'),
      import('#services/manager'),
    ])
    await runNamed('manager', flags, this.interruptible(), startManager)
  }
}
