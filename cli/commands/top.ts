import { Flags } from '@oclif/core'
import { OrkCommand } from '../base'

export default class Top extends OrkCommand {
  static override summary = 'Watch what workers and instances use'
  static override description =
    'On a terminal a screen of its own, measured anew every 2 s; elsewhere once. CPU of instances is of one processor.'
  static override examples = ['<%= config.bin %> top', '<%= config.bin %> top --sort memory']
  static override flags = {
    sort: Flags.option({
      description: 'What comes first',
      options: ['cpu', 'memory', 'net'] as const,
      default: 'cpu',
    })(),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Top)
    const signal = this.interruptible()
    const connection = await this.connect(flags)
    const { showTop } = await import('../show/stats.js')
    await showTop(connection, flags.sort, { json: flags.json, out: this.out, signal })
  }
}
