import { OrkCommand } from '../base'
import { reasonFlag, workerArg } from '../flags'

export default class Forget extends OrkCommand {
  static override summary = 'Give up a worker that will not come back'
  static override description =
    'All its instances are replaced at once, also those that wait for it (`onDisconnect: wait`). Make sure that it is ' +
    'gone: what it still runs then runs twice until it is heard of again. One that is there cannot be given up.'
  static override examples = ['<%= config.bin %> forget w3 --reason "its disk is broken"']
  static override args = { worker: workerArg }
  static override flags = { reason: reasonFlag }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Forget)
    const worker = this.name('worker', args.worker)
    const connection = await this.connect(flags)
    const [{ call }, { whoAmI }] = await Promise.all([import('../client/call.js'), import('../show/submit.js')])
    const reply = await call(connection, 'forget', { worker, reason: flags.reason ?? null, actor: whoAmI() })
    if (flags.json) return this.printJson(reply)
    await this.print(
      reply.outcome === 'forgotten'
        ? `${worker} is given up, sequence ${reply.seq}; \`ork tasks\` shows where its instances go`
        : `${worker} has been given up already`,
    )
  }
}
