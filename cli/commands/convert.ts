import { Args } from '@oclif/core'
import { OrkCommand } from '../base'
import { composeFlags } from '../flags'

export default class Convert extends OrkCommand {
  static override summary = 'Show a Compose file as job files'
  static override description =
    'The services of a file are the tasks of one job; one that runs otherwise (`deploy.mode: global` or ' +
    '`replicated-job`, or a `job` in its `x-ork`) is a job by itself, which follows after `---`. ' +
    'What cannot be carried over is listed with its place and refused, unless --lenient; exits with 2 then.'
  static override examples = [
    '<%= config.bin %> convert compose.yaml > web.yaml',
    '<%= config.bin %> convert compose.yaml --profile debug --lenient',
    '<%= config.bin %> convert compose.yaml production.yaml',
  ]
  static override args = {
    files: Args.string({
      description: 'Compose file; - for standard input; of several each is merged over those before',
      required: true,
      multiple: true,
    }),
  }
  static override flags = { ...composeFlags }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Convert)
    const { readCompose } = await import('../show/jobFile.js')
    const { jobs, files } = await readCompose(args.files, { profiles: flags.profile, lenient: flags.lenient })
    if (flags.json) await this.printJson(...jobs)
    else await this.out.write(files.join('---\n'))
  }
}
