import { resolve } from 'node:path'
import { Args, Flags } from '@oclif/core'
import { OrkCommand } from '../base'
import { serviceFlags } from '../start/flags'
import { parseLabels } from '../start/labels'
import { provisionFlags, provisionsOf } from '../start/provisions'

export default class Worker extends OrkCommand {
  static override summary = 'Run a worker on this machine, or show the named one'
  static override description =
    'With a name it shows that worker: its means, its real use, and what is placed on it. ' +
    'Without, it runs one. Containers outlive their worker: one that is started again, with the same name, adopts them. ' +
    'Logs are JSON lines on standard error (ORK_LOG_LEVEL: debug, info, warn, error). SIGTERM ends it in order.'
  static override examples = [
    { description: 'Show a worker', command: '<%= config.bin %> worker w1' },
    '<%= config.bin %> worker --nats nats://10.0.0.1:4222 --name w1',
    {
      description: 'With a label, and two gigabytes kept for everything else on the machine',
      command: '<%= config.bin %> worker --nats nats://10.0.0.1:4222 --label zone=b --reserve-memory 2GiB',
    },
  ]
  static override args = { worker: Args.string({ description: 'Show this worker instead of running one' }) }
  static override flags = {
    ...serviceFlags,
    driver: Flags.string({
      description: 'Engine to offer; may be repeated',
      options: ['docker', 'process'],
      default: ['docker'],
      multiple: true,
      multipleNonGreedy: true,
    }),
    label: Flags.string({
      description: 'Label of this worker; may be repeated',
      helpValue: 'KEY=VALUE',
      multiple: true,
      multipleNonGreedy: true,
    }),
    'reserve-cpu': Flags.string({ description: 'Cores kept from jobs', default: '0', helpValue: 'CORES' }),
    'reserve-memory': Flags.string({ description: 'Memory kept from jobs', default: '256MiB', helpValue: 'SIZE' }),
    'reserve-disk': Flags.string({ description: 'Disk kept from jobs', default: '1GiB', helpValue: 'SIZE' }),
    ...provisionFlags,
    data: Flags.string({ description: 'Folder for what the worker keeps', default: '.ork', helpValue: 'DIR' }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Worker)
    if (args.worker !== undefined) {
      const { showWorker } = await import('../show/worker.js')
      const name = this.name('worker', args.worker)
      return showWorker(await this.connect(flags), name, { json: flags.json, out: this.out })
    }
    const labels = parseLabels(flags.label ?? [])
    const provisions = provisionsOf(flags)
    const [{ runNamed }, { startWorker }, { dockerAddress, makeDrivers, parseReserve }] = await Promise.all([
      import('../start/runNamed.js'),
      import('#services/worker'),
      import('../start/drivers.js'),
    ])
    const dir = resolve(flags.data)
    const reserve = parseReserve(flags['reserve-cpu'], flags['reserve-memory'], flags['reserve-disk'])
    const choices = (['docker', 'process'] as const).filter((choice) => flags.driver.includes(choice))
    const drivers = makeDrivers(choices, dir, dockerAddress())
    await runNamed('worker', flags, this.interruptible(), (named) =>
      startWorker({ ...named, ...provisions, drivers, labels, reserve, dir }),
    )
  }
}
