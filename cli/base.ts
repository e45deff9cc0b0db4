import { Command, Flags } from '@oclif/core'
import * as E from 'fp-ts/Either'
import { type InstanceRef, instanceId, isName, orkError, parseInstanceId } from '#libs/kernel'
import type { Connection } from '#libs/log'
import { Interrupted, reportFailure, UsageFailure, wantsJson } from './failure'
import { type Output, stdout } from './output'
import { toJson } from './render/escape'
import type { EventLook } from './render/event'

/** What the flags of every command say. */
export interface CommonFlags {
  readonly json: boolean
  readonly nats: string | undefined
  readonly prefix: string
}

interface PastFlags {
  readonly archive: string | undefined
  readonly bundle?: string | undefined
}

/**
 * What all commands share: how to reach the cluster, `--json`, exit codes, Ctrl-C. A command parses its flags, calls
 * what does the work (loaded inside `run`, so that `--help` is quick) and writes what a renderer made of the answer.
 */
export abstract class OrkCommand extends Command {
  static override baseFlags = {
    json: Flags.boolean({
      default: false,
      description: 'Write JSON instead of text: one value a line',
      helpGroup: 'GLOBAL',
    }),
    nats: Flags.string({
      description: 'nats-server to talk to [default: that of a running `ork dev`, else nats://127.0.0.1:4222]',
      env: 'ORK_NATS_URL',
      helpValue: 'URL',
      helpGroup: 'GLOBAL',
    }),
    prefix: Flags.string({
      description: 'First token of all NATS subjects',
      env: 'ORK_PREFIX',
      default: 'ork',
      helpValue: 'TOKEN',
      helpGroup: 'GLOBAL',
    }),
  }

  protected readonly out: Output = stdout
  private readonly interruption = new AbortController()
  private readonly closers: (() => Promise<void>)[] = []

  /** Text of people's making; a line feed is added. */
  protected async print(text: string): Promise<void> {
    await this.out.write(`${text}\n`)
  }

  /** Each JSON value on a line of its own. */
  protected async printJson(...values: readonly unknown[]): Promise<void> {
    for (const value of values) await this.out.write(`${toJson(value)}\n`)
  }

  /** How to show things now, and here. */
  protected look(): EventLook {
    return { now: Date.now(), colours: this.out.colours }
  }

  /** Connects as the flags say; closed when the command ends. `asking`: as `openConnection` has it. */
  protected async connect(flags: CommonFlags, asking: { readonly patienceMs?: number } = {}): Promise<Connection> {
    const { openConnection } = await import('./client/connect.js')
    const connection = await openConnection(flags, asking)
    this.closers.push(() => connection.close())
    return connection
  }

  /** The cluster whose past is asked for: the one there is, with its archive if one is named, or a bundle. */
  protected async openPast(flags: CommonFlags & PastFlags): Promise<Connection> {
    if (flags.bundle === undefined) {
      const { openArchived } = await import('./client/openArchived.js')
      return openArchived(await this.connect(flags), flags.archive)
    }
    const { openBundle } = await import('#libs/log')
    const bundle = await openBundle(flags.bundle)
    this.closers.push(() => bundle.close())
    return bundle
  }

  /** Does something with what must be closed afterwards, however that ends. */
  protected async closing<A extends { close(): Promise<void> }, B>(
    opened: A,
    work: (opened: A) => Promise<B>,
  ): Promise<B> {
    this.closers.push(() => opened.close())
    return work(opened)
  }

  /** Aborts at the first Ctrl-C or SIGTERM; a second one ends the process at once. Without it, the first does. */
  protected interruptible(): AbortSignal {
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.on(name, () => {
        if (this.interruption.signal.aborted) process.exit(130)
        this.interruption.abort(new Interrupted())
      })
    }
    return this.interruption.signal
  }

  /** The argument as a name of a job, task or worker, or wrong usage. */
  protected name(what: string, text: string): string {
    if (isName(text)) return text
    throw new UsageFailure(
      orkError('BadName', `"${text}" is not the name of a ${what}`, {
        next: 'names are small letters, digits and dashes, at most 63, e.g. web-2',
      }),
    )
  }

  /** The argument as a sequence of the log, or wrong usage. */
  protected sequence(text: string): number {
    if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
    throw new UsageFailure(
      orkError('BadSequence', `"${text}" is no sequence`, { next: 'a sequence is a whole number from 1, e.g. 4711' }),
    )
  }

  /** The argument as an instance, `job.task.index`, or wrong usage. */
  protected instanceId(text: string): string {
    return instanceId(this.instanceRef(text))
  }

  /** The same in its parts. */
  protected instanceRef(text: string): InstanceRef {
    const ref = parseInstanceId(text)
    if (E.isLeft(ref)) throw new UsageFailure(ref.left)
    return ref.right
  }

  override async catch(failure: Error): Promise<void> {
    process.exitCode = reportFailure(failure, { json: wantsJson(this.argv), command: this.id })
  }

  override async finally(): Promise<void> {
    for (const close of this.closers) await close()
  }
}
