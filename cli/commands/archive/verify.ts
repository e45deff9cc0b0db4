import { Args } from '@oclif/core'
import { OrkCommand } from '../../base'
import { ExitCode } from '../../failure'

export default class ArchiveVerify extends OrkCommand {
  static override summary = 'Read an archive and say whether it is whole'
  static override description =
    'Needs no server. Names every file that is not as it was written, and exits with 1 then.'
  static override examples = ['<%= config.bin %> archive verify /srv/ork-archive']
  static override args = { dir: Args.string({ description: 'Folder of the archive', required: true }) }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ArchiveVerify)
    const { verifyArchive, verifiedText } = await import('../../show/archive.js')
    const { renderError } = await import('#libs/kernel')
    const checked = await verifyArchive(args.dir)
    if (flags.json) await this.printJson(checked)
    else await this.print([...checked.problems.map(renderError), verifiedText(checked)].join('\n'))
    if (checked.problems.length > 0) process.exitCode = ExitCode.Failed
  }
}
