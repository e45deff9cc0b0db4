import { OrkCommand } from '../base'
import { connectOptions, serviceFlags, serviceName } from '../start/flags'

export default class Scheduler extends OrkCommand {
  static override summary = 'Run a scheduler: it decides where what should run runs'
  static override description =
    'Any number may run; one of them leads, the others follow the log and take over when it is gone. ' +
    'Logs are JSON lines on standard error (ORK_LOG_LEVEL: debug, info, warn, error). SIGTERM ends it in order.'
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
    const connect = connectOptions('scheduler', flags)
    const [{ runService }, { startScheduler }, { createLogger }] = await Promise.all([
      import('../start/service.js'),
      import('#services/scheduler'),
      import('#libs/runtime'),
    ])
    const name = serviceName(flags)
    const logger = createLogger(`scheduler/${name}`)
    const signal = this.interruptible()
    await runService({
      connect,
      logger,
      signal,
      graceMs: flags.grace * 1000,
      start: (connection) => startScheduler({ connection, name, logger }),
    })
  }
}
