import { Args } from '@oclif/core'
import { OrkCommand } from '../base'
import { reasonFlag, workerArg } from '../flags'

export default class Label extends OrkCommand {
  static override strict = false
  static override summary = 'Give a worker labels, or take them away'
  static override description =
    'They hold over those that the worker was started with, also when it is started again. What waits for such a label is ' +
    'placed; what runs on the worker stays there, whether or not it would still be placed there. Without labels it shows ' +
    'those that the worker has.'
  static override examples = [
    '<%= config.bin %> label w1 zone=b disk=ssd',
    { description: 'Take one away', command: '<%= config.bin %> label w1 disk-' },
  ]
  static override args = {
    worker: workerArg,
    labels: Args.string({ description: 'KEY=VALUE to give one, KEY- to take one away' }),
  }
  static override flags = {
    reason: reasonFlag,
  }

  async run(): Promise<void> {
    const { args, argv, flags } = await this.parse(Label)
    const worker = this.name('worker', args.worker)
    const { parseLabelChanges } = await import('../start/labels.js')
    const labels = parseLabelChanges(argv.slice(1).map(String))
    const { setLabels } = await import('../show/label.js')
    const { json, reason = null } = flags
    await setLabels(await this.connect(flags), worker, labels, { json, reason, out: this.out })
  }
}
