import { OrkCommand } from '../base'
import { connectOptions, serviceFlags, serviceName } from '../start/flags'

export default class Manager extends OrkCommand {
  static override summary = 'Run a manager: it decides what should run, and serves the API'
  static override description =
    'Any number may run; one of them leads, the others follow the log and take over when it is gone. ' +
    'Logs are JSON lines on standard error (ORK_LOG_LEVEL: debug, info, warn, error). SIGTERM ends it in order.'
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
    const connect = connectOptions('manager', flags)
    const [{ runService }, { startManager }, { createLogger }] = await Promise.all([
      import('../start/service.js'),
      import('#services/manager'),
      import('#libs/runtime'),
    ])
    const name = serviceName(flags)
    const logger = createLogger(`manager/${name}`)
    const signal = this.interruptible()
    await runService({
      connect,
      logger,
      signal,
      graceMs: flags.grace * 1000,
      start: (connection) => startManager({ connection, name, logger }),
    })
  }
}
