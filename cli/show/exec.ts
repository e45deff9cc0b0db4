import { once } from 'node:events'
import type { RequestOf, SessionPart } from '#libs/api'
import { OrkFailure, orkError } from '#libs/kernel'
import type { Connection } from '#libs/log'
import { type Wanted, workerOf } from '../client/ask'
import { Session } from '../client/session'
import { Interrupted } from '../failure'
import { stderr } from '../output'
import { escapeLogLine, toJson } from '../render/escape'
import { whoAmI } from './submit'

export interface ExecRequest extends Wanted, Pick<RequestOf<'exec'>, 'command' | 'user' | 'folder' | 'env'> {
  /** Whether it gets a terminal: this one. */
  readonly terminal: boolean
  /** Whether it is given what is typed or piped here. */
  readonly input: boolean
}

type Output = Extract<SessionPart, { tag: 'Output' }>

/** Runs a command in a container as if it ran here; its exit code. Throws OrkFailure, and Interrupted at Ctrl-C. */
export const runExec = async (
  connection: Connection,
  { terminal, ...request }: ExecRequest,
  { json, signal }: { readonly json: boolean; readonly signal: AbortSignal },
): Promise<number> => {
  const worker = await workerOf(connection, request)
  const size = terminal ? sizeNow() : null
  const session = new Session(connection, worker, 'exec', { ...request, terminal: size, actor: whoAmI() }, signal)
  const write = json ? writeJson : terminal ? writeRaw : writeShown()
  let restore = (): void => {}
  let exitCode: number | null = null
  try {
    for await (const part of session.parts(() => {
      restore = begin(session, { terminal, input: request.input })
    })) {
      if (part.tag === 'Output') await write(part)
      else exitCode = part.exitCode
    }
  } finally {
    restore()
  }
  if (signal.aborted) throw new Interrupted()
  if (json) process.stdout.write(`${toJson({ exitCode })}\n`)
  if (exitCode !== null) return exitCode
  const next = `\`ork task ${request.id}\` shows whether its container still runs`
  throw new OrkFailure(orkError('NoExitCode', `how ${request.command[0] ?? ''} ended is not known`, { next }))
}

const sizeNow = (): { rows: number; columns: number } => ({
  rows: process.stdout.rows || 24,
  columns: process.stdout.columns || 80,
})

/** Sends what comes in here, and the terminal's sizes; what it gives undoes what it did to the terminal. */
const begin = (session: Session<'exec'>, { terminal, input }: { terminal: boolean; input: boolean }): (() => void) => {
  const { stdin, stdout } = process
  let last = Promise.resolve()
  const inTurn = (work: () => Promise<unknown>): void => {
    last = last.then(work).then(() => undefined)
  }
  const resized = (): void => inTurn(() => session.send({ tag: 'Resize', size: sizeNow() }))
  if (terminal) {
    if (input) stdin.setRawMode(true)
    stdout.on('resize', resized)
  }
  const read = async (): Promise<void> => {
    for await (const bytes of stdin) {
      const taken = new Promise<boolean>((resolve) => inTurn(async () => resolve(await session.data(bytes as Buffer))))
      if (!(await taken)) return
    }
    inTurn(() => session.send({ tag: 'End' }))
  }
  if (input) void read().catch(() => undefined) // who closed its input wants no more of it
  return () => {
    stdout.off('resize', resized)
    if (terminal && input) stdin.setRawMode(false)
    stdin.destroy()
  }
}

const streamOf = ({ stream }: Output): NodeJS.WriteStream => (stream === 'stderr' ? process.stderr : process.stdout)

const writeRaw = async (part: Output): Promise<void> => {
  const to = streamOf(part)
  if (!to.write(Buffer.from(part.data, 'base64'))) await once(to, 'drain')
}

/** To people what could act on their terminal is made visible, as in logs; through a pipe goes what was written. */
const writeShown = (): ((part: Output) => Promise<void>) => {
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() }
  return async (part) => {
    const isTerminal = part.stream === 'stderr' ? stderr.isTerminal : process.stdout.isTTY === true
    if (!isTerminal) return writeRaw(part)
    const text = decoders[part.stream].decode(Buffer.from(part.data, 'base64'), { stream: true })
    streamOf(part).write(text.split('\n').map(escapeLogLine).join('\n'))
  }
}

const writeJson = async ({ stream, data }: Output): Promise<void> => {
  const text = Buffer.from(data, 'base64').toString('utf8')
  if (!process.stdout.write(`${toJson({ stream, text })}\n`)) await once(process.stdout, 'drain')
}
