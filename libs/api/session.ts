import * as t from 'io-ts'
import { Count } from '#libs/kernel'
import { Id } from './limits'

/**
 * A session with something in a container: an answer in many parts, and input beside it. The request names the session;
 * once it was answered `Ready`, input goes to `inputSubject`, numbered from 0, and the answer tells by `Taken` how many
 * messages were taken, so that the one who sends never has more than INPUT_WINDOW under way.
 */
export const INPUT_WINDOW = 16

/** Bytes of data in one message, either way: far below what a server takes. */
export const SESSION_CHUNK = 32_768

const TerminalSizeCodec = t.type({ rows: Count, columns: Count }, 'TerminalSize')

/** The size of a terminal; absent where there is none. */
export const Terminal = t.union([TerminalSizeCodec, t.null])

/** One message of input: data in base64, that there is no more, or that the terminal has another size. */
export const InputCodec = t.type(
  {
    session: Id,
    seq: Count,
    input: t.union([
      t.type({ tag: t.literal('Data'), data: t.string }),
      t.type({ tag: t.literal('End') }),
      t.type({ tag: t.literal('Resize'), size: TerminalSizeCodec }),
    ]),
  },
  'Input',
)
export type Input = t.TypeOf<typeof InputCodec>

/** The parts of a session's answer; data in base64. */
export type SessionPart =
  /** `isFolder`: for a copy, whether what is copied to is a folder already. */
  | { readonly tag: 'Ready'; readonly isFolder?: boolean }
  | { readonly tag: 'Output'; readonly stream: 'stdout' | 'stderr'; readonly data: string }
  | { readonly tag: 'Taken'; readonly count: number }
  /** The last. `exitCode` null: nobody knows it. */
  | { readonly tag: 'Ended'; readonly exitCode: number | null }

/** Where a worker takes the input of all its sessions. */
export const inputSubject = (prefix: string, worker: string): string => `${prefix}.api.v1.input.${worker}`
