import { Flags } from '@oclif/core'
import * as O from 'fp-ts/Option'
import { orkError, parseDuration } from '#libs/kernel'
import { OrkCommand } from '../base'
import { UsageFailure } from '../failure'
import { reasonFlag, workerArg } from '../flags'

export default class Drain extends OrkCommand {
  static override summary = 'Move everything away from a worker'
  static override description =
    'Nothing new is placed on it. The instances of services move by the update policy of their task: with `start-first` ' +
    'each is healthy elsewhere before it stops here, with `stop-first` it stays while no other worker suits it and has room. ' +
    'Batch work finishes where it is. What is left at the deadline is stopped.'
  static override examples = [
    '<%= config.bin %> drain w1 --wait',
    '<%= config.bin %> drain w1 --deadline 10m --reason "new kernel"',
  ]
  static override args = { worker: workerArg }
  static override flags = {
    deadline: Flags.string({
      description: 'How long it may take; without, as long as it takes',
      helpValue: 'DURATION',
    }),
    wait: Flags.boolean({ default: false, char: 'w', description: 'Show what is left until it is empty' }),
    reason: reasonFlag,
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Drain)
    const worker = this.name('worker', args.worker)
    const deadlineMs = flags.deadline === undefined ? null : deadlineOf(flags.deadline)
    const signal = this.interruptible()
    const connection = await this.connect(flags)
    const { setIntake } = await import('../show/intake.js')
    const { json, wait, reason = null } = flags
    await setIntake(connection, 'drain', worker, { json, reason, deadlineMs, wait, signal, out: this.out })
  }
}

const deadlineOf = (text: string): number => {
  const parsed = parseDuration(text)
  if (O.isSome(parsed)) return parsed.value
  throw new UsageFailure(orkError('BadFlag', `--deadline "${text}" is no duration`, { next: 'write for example 10m' }))
}
