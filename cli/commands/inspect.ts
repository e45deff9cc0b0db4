import { OrkCommand } from '../base'
import { attemptFlag, instanceArg } from '../flags'

export default class Inspect extends OrkCommand {
  static override summary = 'Show everything there is to know of an instance, as JSON'
  static override description =
    'Where it stands, the task it was made of, its events, and its container in the words of its engine.'
  static override examples = [
    '<%= config.bin %> inspect web.api.0',
    '<%= config.bin %> inspect web.api.0 --json | jq .engine.HostConfig',
  ]
  static override args = { id: instanceArg }
  static override flags = { attempt: attemptFlag }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Inspect)
    const id = this.instanceId(args.id)
    const connection = await this.connect(flags)
    const { inspectInstance } = await import('../show/inspect.js')
    const all = await inspectInstance(connection, { id, attempt: flags.attempt ?? null })
    if (flags.json) return this.printJson(all)
    const { escapeText } = await import('../render/escape.js')
    await this.print(escapeText(JSON.stringify(all, null, 2), 'lines'))
  }
}
