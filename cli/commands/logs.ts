import { Args, Flags } from '@oclif/core'
import { isName, orkError } from '#libs/kernel'
import { OrkCommand } from '../base'
import { UsageFailure } from '../failure'
import { attemptFlag } from '../flags'

export default class Logs extends OrkCommand {
  static override summary = 'Show what an instance has written, or all those of a job or task'
  static override description =
    'Of several, each line has the name of its instance before it; with `--follow` those that start meanwhile are there, too. ' +
    'On a terminal only colours get through; through a pipe lines come as they were written, stderr as stderr, with ' +
    'U+FFFD for what is no UTF-8. Engines that note no times (process) know `--since` only for all lines of a file.'
  static override examples = [
    '<%= config.bin %> logs web.api.0 --tail 20',
    '<%= config.bin %> logs web --follow --since 5m',
    {
      description: 'What the attempt before the last restart wrote',
      command: '<%= config.bin %> logs web.api.0 --attempt 2',
    },
    { description: 'What ran before it', command: '<%= config.bin %> logs web.api.0 --hook migrate' },
  ]
  static override args = {
    of: Args.string({ description: 'Job, job.task or job.task.index', required: true }),
  }
  static override flags = {
    follow: Flags.boolean({
      default: false,
      char: 'f',
      description: 'Go on with what it writes, until it ends or Ctrl-C',
    }),
    tail: Flags.integer({ char: 'n', description: 'Only the last lines, of each', helpValue: 'N', min: 0 }),
    since: Flags.string({
      description: 'Only what is newer: a time with its zone, or how long ago',
      helpValue: 'TIME',
    }),
    attempt: attemptFlag,
    hook: Flags.string({ description: 'Of this hook of an instance (`prestart`, `poststop`)', helpValue: 'NAME' }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Logs)
    const [job = '', task = null, ...rest] = args.of.split('.')
    const id = rest.length > 0 || !isName(job) || !isName(task ?? 'a') ? this.instanceId(args.of) : null
    const { follow, tail = null, attempt = null, hook = null, json } = flags
    if (hook !== null) this.name('hook', hook)
    if (id === null && (attempt !== null || hook !== null)) {
      const [flag, value] = hook === null ? ['--attempt', attempt] : ['--hook', hook]
      const next = `ork logs ${job}.${task ?? 'api'}.0 ${flag} ${value}`
      throw new UsageFailure(orkError('BadFlag', `${flag} is for one instance`, { next }))
    }
    const sinceMs = flags.since === undefined ? null : await sinceOf(flags.since)
    const signal = this.interruptible()
    const connection = await this.connect(flags)
    const wanted = { follow, tail, attempt, hook, sinceMs }
    const show = { json, out: this.out, signal }
    if (id !== null) {
      const { showLogs } = await import('../show/logs.js')
      return showLogs(connection, id, wanted, show)
    }
    const { showJobLogs } = await import('../show/jobLogs.js')
    await showJobLogs(connection, { job, task }, wanted, show)
  }
}

const sinceOf = async (text: string): Promise<number> => {
  const { parsePoint } = await import('../client/point.js')
  const { usable } = await import('../show/events.js')
  const point = usable(parsePoint(text, Date.now(), '--since'))
  if ('time' in point) return point.time
  throw new UsageFailure(orkError('BadFlag', `--since "${text}" is no time`, { next: 'write for example 15m' }))
}
