import { Flags } from '@oclif/core'
import { OrkCommand } from '../base'
import { provisionFlags, provisionsOf } from '../start/provisions'

export default class Dev extends OrkCommand {
  static override summary = 'Run a whole cluster on this machine'
  static override description =
    'A nats-server or three, a manager, a scheduler and workers, until Ctrl-C. What they know is kept in the data folder, and ' +
    'the containers of jobs go on: the next `ork dev` on the same folder adopts them.'
  static override examples = [
    { description: 'A cluster with an example job to look at', command: '<%= config.bin %> dev --example' },
    { description: 'Three workers that share this machine', command: '<%= config.bin %> dev --workers 3' },
    {
      description: 'A log on three servers, any one of which may die',
      command: '<%= config.bin %> dev --nats-servers 3',
    },
    { description: 'Without Docker', command: '<%= config.bin %> dev --driver process' },
  ]
  static override flags = {
    workers: Flags.integer({
      description: 'How many workers share this machine',
      helpValue: 'N',
      default: 1,
      min: 1,
      max: 50,
    }),
    data: Flags.string({ description: 'Folder of the cluster [default: .ork in this checkout]', helpValue: 'DIR' }),
    port: Flags.integer({
      description: 'Port of the (first) nats-server [default: 4222, or one that is free]',
      helpValue: 'PORT',
      min: 1,
      max: 65535,
    }),
    'nats-servers': Flags.string({
      description: 'How many nats-servers keep the log [default: as before in this folder, else 1]',
      options: ['1', '3'],
    }),
    relaxed: Flags.boolean({
      description: 'Sync writes to disk now and then, not each: quicker, and a power cut may cost minutes of the log',
    }),
    driver: Flags.string({
      description: 'Engine that runs containers; auto is Docker where it can be reached, and processes',
      options: ['auto', 'docker', 'process'],
      default: 'auto',
    }),
    ...provisionFlags,
    example: Flags.boolean({ description: 'Submit an example job, and stop it again at the end' }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Dev)
    const signal = this.interruptible()
    const { runDev } = await import('../start/runDev.js')
    const count = flags['nats-servers']
    const natsServers = count === undefined ? undefined : count === '3' ? 3 : 1
    await runDev({ ...flags, provisions: provisionsOf(flags), natsServers, signal, out: this.out })
  }
}
