import { Flags } from '@oclif/core'
import { orkError } from '#libs/kernel'
import { OrkCommand } from '../base'
import { UsageFailure } from '../failure'
import { attemptFlag, instanceArg } from '../flags'

export default class Exec extends OrkCommand {
  static override summary = 'Run a command in the container of an instance'
  static override description =
    'Typed at a terminal it gets a terminal of its own, which follows this one in size; through a pipe, what comes in is its ' +
    'standard input. Its exit code is that of `ork exec`. When this command goes away, what it runs ends.'
  static override strict = false
  static override usage = 'exec ID [FLAGS] -- COMMAND...'
  static override examples = [
    '<%= config.bin %> exec web.api.0 -- sh',
    '<%= config.bin %> exec web.api.0 --user 0 -- apt-get update',
    { description: 'Pipe through it', command: 'cat dump.sql | <%= config.bin %> exec db.main.0 -- psql -U app' },
  ]
  static override args = { id: instanceArg }
  static override flags = {
    attempt: attemptFlag,
    user: Flags.string({ char: 'u', description: "Other than the container's", helpValue: 'USER[:GROUP]' }),
    workdir: Flags.string({ char: 'w', description: 'Folder to run it in', helpValue: 'PATH' }),
    env: Flags.string({
      char: 'e',
      description: 'A variable it gets; may be repeated',
      helpValue: 'NAME=VALUE',
      multiple: true,
      multipleNonGreedy: true,
    }),
    tty: Flags.boolean({ allowNo: true, description: 'With a terminal, or without [default: with, at a terminal]' }),
    stdin: Flags.boolean({ allowNo: true, default: true, description: 'Whether it gets what is typed or piped here' }),
  }

  async run(): Promise<void> {
    const { args, argv, flags } = await this.parse(Exec)
    const id = this.instanceId(args.id)
    const command = (argv as string[]).slice(1)
    if (command.length === 0) {
      throw new UsageFailure(orkError('NoCommand', 'there is no command to run', { next: `ork exec ${id} -- sh` }))
    }
    const atTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true
    const terminal = flags.tty ?? (atTerminal && flags.stdin && !flags.json)
    if (terminal && (!atTerminal || flags.json)) {
      throw new UsageFailure(orkError('NoTerminal', '--tty needs a terminal to show it on', { next: 'leave it out' }))
    }
    const signal = this.interruptible()
    const connection = await this.connect(flags)
    const { runExec } = await import('../show/exec.js')
    const { attempt = null, user = null, workdir: folder = null, env = [], stdin: input, json } = flags
    const request = { id, attempt, command, user, folder, env, terminal, input }
    process.exitCode = await runExec(connection, request, { json, signal })
  }
}
