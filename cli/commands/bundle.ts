import { Args, Flags } from '@oclif/core'
import { OrkCommand } from '../base'
import { archiveFlag } from '../flags'

export default class Bundle extends OrkCommand {
  static override summary = 'Write the whole log into one file that any machine can replay'
  static override description =
    'A bug report that runs: the log and the versions, in one file that `ork replay`, `ork why`, `ork diff` and `ork ' +
    'events` read with --bundle, without a cluster. Secrets were never in the log. --redact hashes what people wrote with a key that is thrown away: the ' +
    'log then folds to the same shape, but lots that follow from names (random-of-k, ties with a seed) fall otherwise.'
  static override examples = [
    '<%= config.bin %> bundle',
    { description: 'For somebody else', command: '<%= config.bin %> bundle report.tgz' },
    { description: 'Look into it', command: '<%= config.bin %> replay report.tgz' },
  ]
  static override args = { file: Args.string({ description: 'The same as --output: the file to write' }) }
  static override flags = {
    output: Flags.string({ char: 'o', description: 'File to write', helpValue: 'FILE', default: 'bundle.tgz' }),
    redact: Flags.boolean({
      default: false,
      description:
        'Hash what people wrote (names, images, environment, labels, commands, reasons), the same to the same',
    }),
    archive: archiveFlag,
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Bundle)
    const connection = await this.openPast(flags)
    const { bundle, bundledText } = await import('../show/bundle.js')
    const done = await bundle(connection, { file: args.file ?? flags.output, redact: flags.redact })
    if (flags.json) return this.printJson(done)
    await this.print(bundledText(done))
  }
}
