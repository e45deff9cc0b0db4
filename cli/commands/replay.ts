import { Args, Flags } from '@oclif/core'
import { orkError } from '#libs/kernel'
import { OrkCommand } from '../base'
import { UsageFailure } from '../failure'
import { pastFlags } from '../flags'

export default class Replay extends OrkCommand {
  static override summary = 'Rebuild the cluster as it was at any moment, from the log alone'
  static override description =
    'Folds the log, from its first event or from a snapshot of before. It only reads. --verify folds twice, once from ' +
    'the first event and once from the newest snapshot, and compares both with what the live services hold; the first ' +
    'difference is told, with 1. --what-if plays a stretch again, or what is to come, as if some things were otherwise, ' +
    'with what users and machines did as it was recorded: policy=NAME, worker:NAME=8cpu/32GiB, worker:NAME=gone, ' +
    'drain:NAME, job:FILE, or nothing at all. docs/SCHEDULING.md says how.'
  static override usage = [
    '<%= command.id %> [BUNDLE] [--to SEQ|TIME] [--job JOB] [--play [--speed 10x]] [--archive DIR]',
    '<%= command.id %> [BUNDLE] --what-if CHANGE... [--from SEQ|TIME [--to SEQ|TIME]] [--archive DIR]',
    '<%= command.id %> --verify [--archive DIR]',
  ]
  static override examples = [
    { description: 'Now, from the log alone', command: '<%= config.bin %> replay' },
    { description: 'A quarter of an hour ago', command: '<%= config.bin %> replay --to 15m' },
    { description: 'One job, just after sequence 4711', command: '<%= config.bin %> replay --to 4711 --job web' },
    { description: 'As a film', command: '<%= config.bin %> replay --play --speed 10x' },
    { description: 'From a file of `ork bundle`, without a cluster', command: '<%= config.bin %> replay bundle.tgz' },
    {
      description: 'Had the last hour been placed by binpack, with one worker more',
      command: '<%= config.bin %> replay --from 1h --what-if policy=binpack worker:w9=8cpu/32GiB',
    },
    { description: 'Where would this job go now?', command: '<%= config.bin %> replay --what-if job:web.yaml' },
    { description: 'Do all services hold what the log says?', command: '<%= config.bin %> replay --verify' },
  ]
  static override args = { bundle: Args.string({ description: 'The same as --bundle: a file of `ork bundle`' }) }
  static override flags = {
    to: Flags.string({
      description: 'The moment: a sequence, a time with its zone, or how long ago',
      helpValue: 'SEQ|TIME',
    }),
    from: Flags.string({
      description: 'With --what-if: where the stretch begins; without, it is played from now on',
      helpValue: 'SEQ|TIME',
      dependsOn: ['what-if'],
    }),
    'what-if': Flags.string({
      description: 'What is to be otherwise; any number of changes',
      helpValue: 'CHANGE',
      multiple: true,
      exclusive: ['job', 'play'],
    }),
    ...pastFlags,
    job: Flags.string({ description: 'Only this job', helpValue: 'JOB' }),
    play: Flags.boolean({ default: false, description: 'Show the events one after the other, with their pauses' }),
    speed: Flags.string({
      description: 'With --play: how much faster than it was [default: 1x]',
      helpValue: '10x',
    }),
    verify: Flags.boolean({
      default: false,
      description: 'Compare folds of the log with each other and with the live services',
      exclusive: ['to', 'job', 'play', 'bundle', 'what-if'],
    }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Replay)
    const { parsePoint } = await import('../client/point.js')
    const { usable } = await import('../show/events.js')
    const to = flags.to === undefined ? undefined : usable(parsePoint(flags.to, Date.now(), '--to'))
    const job = flags.job === undefined ? undefined : this.name('job', flags.job)
    if (flags.speed !== undefined && !flags.play) throw speedWithoutFilm()
    const speed = speedOf(flags.speed ?? '1x')
    const from = flags.from === undefined ? undefined : usable(parsePoint(flags.from, Date.now(), '--from'))
    const asked = flags['what-if']
    if (asked !== undefined && from === undefined && to !== undefined) throw endWithoutBeginning()
    const whatIf = asked === undefined ? undefined : await (await import('../show/whatIf.js')).prepareWhatIf(asked)
    const signal = this.interruptible()
    const connection = await this.openPast({ ...flags, bundle: flags.bundle ?? args.bundle })
    const show = { json: flags.json, out: this.out, signal }
    if (whatIf !== undefined) return whatIf(connection, { ...show, from, to })
    if (flags.verify) {
      const { verify } = await import('../show/verify.js')
      return verify(connection, show)
    }
    if (flags.play) {
      const { play } = await import('../show/play.js')
      return play(connection.log, { ...show, to, job, speed })
    }
    const { replay } = await import('../show/replay.js')
    return replay(connection, { ...show, to, job })
  }
}

const endWithoutBeginning = (): UsageFailure =>
  new UsageFailure(
    orkError('BadRange', 'a stretch needs its beginning', {
      where: '--to',
      next: 'add --from, or leave --to out to look ahead from now',
    }),
  )

const speedWithoutFilm = (): UsageFailure =>
  new UsageFailure(orkError('BadSpeed', 'only a film has a speed', { where: '--speed', next: 'add --play' }))

const speedOf = (text: string): number => {
  const speed = Number(/^(\d+(?:\.\d+)?)x?$/.exec(text)?.[1])
  if (speed > 0) return speed
  throw new UsageFailure(
    orkError('BadSpeed', `"${text}" is no speed`, { where: '--speed', next: 'write e.g. 10x or 0.5x' }),
  )
}
