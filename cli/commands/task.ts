import { OrkCommand } from '../base'
import { archiveFlag, instanceArg } from '../flags'

export default class Task extends OrkCommand {
  static override summary = 'Show an instance and its history'
  static override examples = [
    '<%= config.bin %> task web.api.0',
    '<%= config.bin %> task web.api.0 --json | jq .history',
  ]
  static override args = { id: instanceArg }
  static override flags = { archive: archiveFlag }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Task)
    const id = this.instanceId(args.id)
    const connection = await this.openPast(flags)
    const { call } = await import('../client/call.js')
    const { explainPending } = await import('../client/explain.js')
    const { eventJson } = await import('../render/event.js')
    const instance = await call(connection, 'task', { id })
    const found = await Promise.all(instance.events.map((seq) => connection.log.at(seq)))
    const history = found.filter((entry) => entry !== null)
    const { sayArchivedOf } = await import('../show/events.js')
    await sayArchivedOf(connection.log, instance.events)
    const [explained] = await explainPending(connection, [instance])
    if (flags.json) {
      return this.printJson({ ...instance, history: history.map(eventJson), pending: explained ?? null })
    }
    const { renderInstance } = await import('../render/instance.js')
    await this.print(renderInstance(instance, history, this.look()))
    if (explained === undefined) return
    const { renderExplain } = await import('../render/job.js')
    await this.print(`\n${renderExplain(explained, this.look())}`)
  }
}
