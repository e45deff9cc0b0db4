import type { StoredMessage } from '../port'
import { isNotFound, type Link } from './link'

interface MessageAnswer {
  readonly message: {
    readonly subject: string
    readonly seq: number
    readonly hdrs?: string
    readonly data?: string
    readonly time: string
  }
}

type Which =
  | { readonly seq: number }
  | { readonly seq: number; readonly next_by_subj: string }
  | { readonly last_by_subj: string }

/** Reads one message by sequence or subject; from the leader, never from a follower that may be behind. */
export const getStored = async (link: Link, stream: string, which: Which): Promise<StoredMessage | null> => {
  try {
    const { message } = await link.ask<MessageAnswer>(`STREAM.MSG.GET.${stream}`, which)
    return {
      seq: message.seq,
      subject: message.subject,
      data: Buffer.from(message.data ?? '', 'base64'),
      headers: Buffer.from(message.hdrs ?? '', 'base64').toString('latin1'),
      time: Date.parse(message.time),
    }
  } catch (cause) {
    if (isNotFound(cause)) return null
    throw cause
  }
}

/** The state of a stream as its leader knows it. */
export interface StreamInfo {
  /** The server's clock as it answered. */
  readonly ts?: string
  readonly config: Readonly<Record<string, unknown>> & {
    readonly name: string
    readonly num_replicas: number
    readonly metadata?: Readonly<Record<string, string>>
  }
  readonly state: {
    readonly messages: number
    readonly bytes: number
    readonly first_seq: number
    readonly last_seq: number
  }
  readonly cluster?: {
    readonly leader?: string
    readonly replicas?: readonly {
      readonly name: string
      readonly current: boolean
      readonly offline?: boolean
      readonly lag?: number
    }[]
  }
}

/** The limit of a stream's size; null where there is none. */
export const maxBytesOf = ({ max_bytes }: StreamInfo['config']): number | null => {
  const bytes = Number(max_bytes ?? -1)
  return bytes > 0 ? bytes : null
}

/** How a stream is configured and how far it is, from its leader. Throws OrkFailure. */
export const getStreamInfo = (link: Link, stream: string): Promise<StreamInfo> =>
  link.ask<StreamInfo>(`STREAM.INFO.${stream}`)
