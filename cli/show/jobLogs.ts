import type { InstanceSummary } from '#libs/cluster'
import type { SubjectQuery } from '#libs/events'
import { OrkFailure, orkError } from '#libs/kernel'
import type { Connection } from '#libs/log'
import { askWorker } from '../client/ask'
import { call, list } from '../client/call'
import { mergeLines } from '../client/mergeLines'
import { tail } from '../client/tail'
import { Interrupted } from '../failure'
import { type Colours, stderr } from '../output'
import { escapeText } from '../render/escape'
import type { Show } from './events'
import { type Line, type LogsWanted, writeLine } from './logs'

/** A job, or one task of it. */
export interface Group {
  readonly job: string
  readonly task: string | null
}

interface Source {
  readonly id: string
  readonly worker: string
  readonly attempt: number
}

/** Instances read from at once: each takes a stream of its own. */
const MAX_SOURCES = 200
const ENDS: ReadonlySet<string> = new Set(['JobStopped', 'JobCompleted', 'JobFailed'])
const PAINTS = ['cyan', 'yellow', 'green', 'magenta', 'blue', 'cyanBright', 'yellowBright', 'greenBright'] as const

/**
 * Writes the lines of all instances of a job or task, each with its name before it: by time, and when following as they
 * come, with those of attempts that start meanwhile. Throws OrkFailure, and Interrupted at Ctrl-C.
 */
export const showJobLogs = async (
  connection: Connection,
  group: Group,
  wanted: LogsWanted,
  show: Show,
): Promise<void> => {
  const from = (await connection.log.lastSeq()) + 1
  const { tasks, state } = await call(connection, 'job', { job: group.job })
  if (group.task !== null && !tasks.some(({ name }) => name === group.task)) {
    const next = `it has ${tasks.map(({ name }) => name).join(', ')}`
    throw new OrkFailure(orkError('NoTask', `${group.job} has no task ${group.task}`, { next }))
  }
  const { items } = await list(connection, 'tasks', { job: group.job })
  const sources = items.filter(({ task }) => group.task === null || task === group.task).flatMap(sourceOf)
  if (sources.length > MAX_SOURCES) {
    const next = `name a task (\`ork logs ${group.job}.${tasks[0]?.name ?? 'api'}\`) or an instance`
    throw new OrkFailure(
      orkError('TooMany', `${sources.length} instances are more than the ${MAX_SOURCES} that can be read at once`, {
        next,
      }),
    )
  }
  const reading = new JobLogs(
    connection,
    wanted,
    show,
    items.reduce((most, { id }) => Math.max(most, id.length), 0),
  )
  if (!wanted.follow || state === 'stopped') await reading.past(sources)
  else await reading.follow(sources, from, group)
  if (show.signal.aborted) throw new Interrupted()
}

const sourceOf = ({ id, worker, attempt, state }: InstanceSummary): readonly Source[] =>
  worker === null || attempt === 0 || state === 'pending' ? [] : [{ id, worker, attempt }]

class JobLogs {
  constructor(
    private readonly connection: Connection,
    private readonly wanted: LogsWanted,
    private readonly show: Show,
    private width: number,
  ) {}

  async past(sources: readonly Source[]): Promise<void> {
    const lines = sources.map((source) => this.linesOf(source, this.wanted))
    for await (const { line, id } of mergeLines(lines)) await this.write(id, line)
  }

  /** Ends with the job, once its last lines are there. */
  async follow(sources: readonly Source[], from: number, { job, task }: Group): Promise<void> {
    const known = new Set<string>()
    const underWay = new Set<Promise<void>>()
    const failed = new AbortController()
    const begin = (source: Source, wanted: LogsWanted): void => {
      const key = `${source.id}/${source.attempt}/${source.worker}`
      if (known.has(key)) return
      known.add(key)
      this.width = Math.max(this.width, source.id.length)
      const reading = this.copy(source, wanted).catch((cause) => failed.abort(cause))
      underWay.add(reading)
      void reading.then(() => underWay.delete(reading))
    }
    for (const source of sources) begin(source, this.wanted)
    const started: SubjectQuery = { job, type: 'TaskStarted', ...(task === null ? {} : { task }) }
    const queries = [started, ...[...ENDS].map((type): SubjectQuery => ({ job, type }))]
    const signal = AbortSignal.any([this.show.signal, failed.signal])
    for await (const entries of tail(this.connection.log, { from, queries, follow: true, signal })) {
      for (const { event } of entries) {
        if (event.type === 'TaskStarted') {
          const { index, worker, attempt, task } = event.data
          begin({ id: `${job}.${task}.${index}`, worker, attempt }, { ...this.wanted, tail: null, sinceMs: null })
        }
      }
      if (entries.some(({ event }) => ENDS.has(event.type))) break
    }
    if (failed.signal.aborted) throw failed.signal.reason
    await Promise.all(underWay)
  }

  private async copy(source: Source, wanted: LogsWanted): Promise<void> {
    for await (const { line } of this.linesOf(source, wanted)) await this.write(source.id, line)
  }

  /** One that cannot be read is told of, and does not keep the others from being read. */
  private async *linesOf({ id, worker, attempt }: Source, wanted: LogsWanted) {
    try {
      const request = { id, ...wanted, attempt }
      for await (const line of askWorker<Line>(this.connection, worker, 'logs', request, this.show.signal)) {
        yield { id, line, time: line.time }
      }
    } catch (cause) {
      if (!(cause instanceof OrkFailure)) throw cause
      await stderr.write(`${stderr.colours.dim(escapeText(`${id}: ${cause.error.what}`))}\n`)
    }
  }

  private write(id: string, line: Line): Promise<void> {
    const { colours } = line.stream === 'stderr' ? stderr : this.show.out
    return writeLine(line, { id, label: paintOf(id, colours)(`${id.padEnd(this.width)} |`) }, this.show)
  }
}

/** The same for the same instance; neighbours differ. */
const paintOf = (id: string, colours: Colours): ((text: string) => string) => {
  const index = Number(id.slice(id.lastIndexOf('.') + 1))
  const task = [...id.slice(0, id.lastIndexOf('.'))].reduce((sum, char) => sum + (char.codePointAt(0) ?? 0), 0)
  return colours[PAINTS[(index + task) % PAINTS.length] ?? 'cyan']
}
