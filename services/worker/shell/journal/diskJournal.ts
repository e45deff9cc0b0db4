import { readdir, readFile, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { causeText, OrkFailure, orkError } from '#libs/kernel'
import { type Logger, type Machine, pause } from '#libs/runtime'
import type { Journal, Told } from '.'
import { readRecords, writeRecord } from './records'
import { Segment } from './segment'

export interface DiskJournalOptions {
  readonly dir: string
  /** Identity of the log, and the worker: facts of another cluster are never sent to this one. */
  readonly cluster: string
  readonly worker: string
  readonly logger: Logger
  readonly machine: Machine
  readonly maxBytes?: number
}

/** Some hundred thousand facts; a worker that holds as many makes no more until some are sent. */
const MAX_BYTES = 32 * 2 ** 20
const RETRY_MS = 1_000
/** A file that is shorter than this is not worth the trouble. */
const COMPACT_FROM_BYTES = 2 ** 20

type Record =
  | { readonly tag: 'Head'; readonly cluster: string; readonly worker: string }
  | { readonly tag: 'Fact'; readonly fact: Told }
  | { readonly tag: 'Sent'; readonly ids: readonly string[] }

interface Waiting {
  readonly text: string
  readonly done: () => void
}

/**
 * A file for each life of the worker, `journal/<worker>-<id>.log`. Facts are written and synced in groups: those that
 * come while one is being synced go together as the next. That the log has a fact is noted without a sync: a power cut
 * may lose the note, and the fact is then sent again under its id, which every fold ignores. Once nothing waits the
 * files go.
 */
export class DiskJournal implements Journal {
  trouble: string | null = null
  private heldBytes = 0
  /** The records of facts that the log does not have yet, by id, in the order in which they came. */
  private readonly held = new Map<string, string>()
  private segment: Segment
  private older: readonly string[] = []
  private waiting: Waiting[] = []
  private writing: Promise<void> | undefined
  private closed = false

  constructor(private readonly options: DiskJournalOptions) {
    this.segment = this.newSegment()
  }

  private newSegment(): Segment {
    const { dir, worker, machine, cluster } = this.options
    const head = writeRecord({ tag: 'Head', cluster, worker } satisfies Record)
    return new Segment(join(dir, `${worker}-${machine.newId()}.log`), head)
  }

  get isFull(): boolean {
    return this.heldBytes >= (this.options.maxBytes ?? MAX_BYTES)
  }

  async recover(): Promise<readonly Told[]> {
    const { dir, worker } = this.options
    const names = await readdir(dir).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return []
      throw unreadable(dir, cause)
    })
    const own = names.filter(
      (name) => name.startsWith(`${worker}-`) && /^[0-9A-Z]{26}\.log(\.other)?$/.test(name.slice(worker.length + 1)),
    )
    const facts = new Map<string, Told>()
    const kept: string[] = []
    for (const name of own.sort()) {
      const path = join(dir, name)
      const bytes = await readFile(path).catch((cause: Error) => {
        throw unreadable(path, cause)
      })
      if (await this.readInto(facts, path, bytes)) kept.push(path)
    }
    this.older = kept
    for (const fact of facts.values()) this.hold(fact)
    return [...facts.values()]
  }

  keep(facts: readonly Told[]): Promise<void> {
    let text = ''
    for (const fact of facts) text += this.hold(fact)
    return new Promise((done) => {
      this.waiting.push({ text, done })
      this.writing ??= this.write()
    })
  }

  sent(facts: readonly Told[]): void {
    const ids = facts.map(({ id }) => id)
    for (const id of ids) {
      this.heldBytes -= this.held.get(id)?.length ?? 0
      this.held.delete(id)
    }
    this.waiting.push({ text: writeRecord({ tag: 'Sent', ids } satisfies Record), done: () => {} })
    this.writing ??= this.write(false)
  }

  async clear(): Promise<void> {
    // A file that is just being made is to go as well.
    if (!this.segment.exists && this.writing === undefined && this.older.length === 0 && this.trouble === null) return
    for (const one of this.waiting.splice(0)) one.done()
    await this.writing
    if (this.held.size > 0 || this.waiting.length > 0) return
    this.trouble = null // nothing is at risk
    this.writing = this.removeFiles()
    await this.writing
    this.writing = this.waiting.length > 0 ? this.write() : undefined
  }

  private async removeFiles(): Promise<void> {
    await this.forgetOlder()
    await this.segment.remove()
  }

  async close(): Promise<void> {
    this.closed = true
    await this.writing
    await this.segment.close()
  }

  private hold(fact: Told): string {
    const { id } = fact
    const record = writeRecord({ tag: 'Fact', fact } satisfies Record)
    this.heldBytes += record.length - (this.held.get(id)?.length ?? 0)
    this.held.set(id, record)
    return record
  }

  private async forgetOlder(): Promise<void> {
    const { older } = this
    this.older = []
    for (const path of older) await unlink(path).catch(() => undefined)
  }

  /** What was sent makes most of the file: begins another one with what was not. */
  private async compact(): Promise<void> {
    if (this.segment.size < 2 * this.heldBytes + COMPACT_FROM_BYTES) return
    const old = this.segment
    const next = this.newSegment()
    await next.append([...this.held.values()].join(''), true)
    this.segment = next
    await this.forgetOlder()
    await old.remove()
  }

  private async write(durably = true): Promise<void> {
    while (this.waiting.length > 0) {
      const group = this.waiting.splice(0)
      try {
        await this.segment.append(group.map(({ text }) => text).join(''), durably)
        await this.compact()
        if (this.trouble !== null) this.options.logger.info('the journal can be written again')
        this.trouble = null
        for (const { done } of group) done()
      } catch (cause) {
        if (this.held.size === 0) {
          for (const { done } of group) done() // the log has all of it by now
        } else {
          this.waiting = [...group, ...this.waiting]
          this.fail(cause)
          if (this.closed) break
          await pause(this.options.machine, RETRY_MS)
        }
      }
      durably = true
    }
    this.writing = undefined
  }

  private fail(cause: unknown): void {
    if (this.trouble === null) {
      const { path } = this.segment
      this.options.logger.error(
        { path, cause: causeText(cause) },
        'the journal cannot be written; facts wait in memory',
      )
    }
    this.trouble = `its journal cannot be written (${causeText(cause)}): what it has to tell is lost if it ends now`
  }

  /**
   * Adds the facts of one file that were not sent. False: the file is another cluster's, and is set aside until a worker
   * of that cluster comes for it.
   */
  private async readInto(facts: Map<string, Told>, path: string, bytes: Buffer): Promise<boolean> {
    const { logger, cluster } = this.options
    const { records, damages } = readRecords(bytes)
    const head = records.find((record): record is Extract<Record, { tag: 'Head' }> => (record as Record).tag === 'Head')
    if (head !== undefined && head.cluster !== cluster) {
      if (path.endsWith('.other')) return false
      logger.warn({ path, cluster: head.cluster }, "another cluster's journal is set aside")
      await rename(path, `${path}.other`)
      return false
    }
    for (const damage of damages) {
      logger.warn(
        { path, offset: damage.offset, bytes: damage.bytes },
        damage.torn ? 'the end of the journal is torn: cut off' : 'the journal is damaged: left out',
      )
    }
    for (const record of records as readonly Record[]) {
      if (record.tag === 'Fact') facts.set(record.fact.id, record.fact)
      if (record.tag === 'Sent') for (const id of record.ids) facts.delete(id)
    }
    return true
  }
}

const unreadable = (where: string, cause: Error): OrkFailure =>
  new OrkFailure(
    orkError('JournalUnreadable', `what this worker had to tell before cannot be read: ${causeText(cause)}`, {
      where,
      next: 'let the user that runs ork read it; or move it away, and what it holds is never told',
    }),
    { cause },
  )
