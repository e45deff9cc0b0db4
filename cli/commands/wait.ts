import { Flags } from '@oclif/core'
import * as O from 'fp-ts/Option'
import { orkError, parseDuration } from '#libs/kernel'
import { OrkCommand } from '../base'
import { UsageFailure } from '../failure'
import { jobArg } from '../flags'

export default class Wait extends OrkCommand {
  static override summary = 'Wait until a job runs, has completed or has stopped'
  static override description =
    'Without `--for`, a batch job until it has completed, any other until all of its instances run, and are healthy where that ' +
    'is checked. Exit code 1 as soon as it cannot come to that any more, or when the time is over.'
  static override examples = [
    '<%= config.bin %> wait web',
    '<%= config.bin %> wait import --for completed --timeout 1h && <%= config.bin %> logs import',
  ]
  static override args = { job: jobArg }
  static override flags = {
    for: Flags.option({
      description: 'What to wait for',
      options: ['running', 'completed', 'stopped'] as const,
    })(),
    timeout: Flags.string({ description: 'How long; without, as long as it takes', helpValue: 'DURATION' }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Wait)
    const job = this.name('job', args.job)
    const timeoutMs = flags.timeout === undefined ? null : timeoutOf(flags.timeout)
    const signal = this.interruptible()
    const connection = await this.connect(flags)
    const { waitForJob } = await import('../show/wait.js')
    await waitForJob(connection, job, flags.for ?? null, { json: flags.json, timeoutMs, signal, out: this.out })
  }
}

const timeoutOf = (text: string): number => {
  const parsed = parseDuration(text)
  if (O.isSome(parsed)) return parsed.value
  throw new UsageFailure(orkError('BadFlag', `--timeout "${text}" is no duration`, { next: 'write for example 10m' }))
}
