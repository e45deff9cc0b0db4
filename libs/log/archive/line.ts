import type { StoredMessage } from '../port'

const EVENT = ',"event":'
const BASE64 = ',"base64":'

/**
 * One message as a line of JSON: where it stood and when it was stored, its headers where it had some, and the event
 * itself, as it was written, for any program to read. What is not JSON on one line is kept as base64.
 */
export const toLine = ({ seq, subject, time, headers, data }: StoredMessage): string => {
  const about = { seq, time: new Date(time).toISOString(), subject, ...(headers === '' ? {} : { headers }) }
  const head = JSON.stringify(about).slice(0, -1)
  const text = plainJson(data)
  return text === null ? `${head}${BASE64}"${Buffer.from(data).toString('base64')}"}` : `${head}${EVENT}${text}}`
}

/** The same message again, byte for byte; throws where the line is none. */
export const fromLine = (line: string): StoredMessage => {
  // Neither can stand within what comes before: there a quote has a backslash.
  const at = line.indexOf(EVENT)
  const cut = at >= 0 ? at : line.indexOf(BASE64)
  if (cut < 0 || !line.endsWith('}')) throw new Error('a line that is no event')
  const about = JSON.parse(`${line.slice(0, cut)}}`) as { seq: number; time: string; subject: string; headers?: string }
  const rest = line.slice(cut + (at >= 0 ? EVENT.length : BASE64.length), -1)
  const data = at >= 0 ? Buffer.from(rest) : Buffer.from(JSON.parse(rest) as string, 'base64')
  const { seq, subject, headers = '' } = about
  return { seq, subject, headers, time: Date.parse(about.time), data }
}

/** The bytes as text where that is JSON on one line, which is the same bytes again when it is read. */
const plainJson = (data: Uint8Array): string | null => {
  const bytes = Buffer.from(data)
  const text = bytes.toString('utf8')
  if (text.includes('\n') || !Buffer.from(text).equals(bytes)) return null
  try {
    JSON.parse(text)
    return text
  } catch {
    return null
  }
}
