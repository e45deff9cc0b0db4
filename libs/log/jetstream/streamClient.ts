import { createInbox, headers, type Msg, nuid } from 'nats'
import { OrkFailure } from '#libs/kernel'
import type { BusError } from '../port'
import { busError, decode, encode, errorIn, toBusError } from './busErrors'
import { Fifo } from './fifo'
import type { Link } from './link'
import { BEAT_MS, type Control, controlSubject, END, SILENT_BEATS, STREAM_HEADER, WINDOW } from './streamProtocol'

/** Asks for an answer in many parts. Throws OrkFailure with a BusError; ends in silence once `signal` aborts. */
export async function* requestStream(
  link: Link,
  subject: string,
  payload: unknown,
  signal: AbortSignal,
): AsyncGenerator<unknown> {
  const { nc } = link
  if (signal.aborted) return
  if (!link.connected) throw new OrkFailure(busError('Disconnected', 'the connection is not there', subject))
  const stream = nuid.next()
  const inbox = createInbox()
  const parts = new Fifo<unknown>()
  let taken = 0
  let silentBeats = 0
  let ended = false
  let failure: BusError | null = null
  let wake = (): void => {}

  const fail = (error: BusError): void => {
    failure ??= error
    wake()
  }
  const onMessage = (message: Msg): void => {
    silentBeats = 0
    const error = errorIn(message, subject)
    if (error !== null) return fail(error)
    const kind = message.headers?.get(STREAM_HEADER) ?? ''
    if (kind === END) ended = true
    else if (kind === '') parts.push(decode(message.data))
    wake()
  }
  const tell = (stop: boolean): void => {
    const control: Control = { stream, taken, stop }
    if (link.connected && !nc.isDraining() && !nc.isClosed()) nc.publish(controlSubject(subject), encode(control))
  }
  const subscription = nc.subscribe(inbox, {
    callback: (error, message) => (error === null ? onMessage(message) : fail(toBusError(error, subject))),
  })
  const timer = setInterval(() => {
    silentBeats += 1
    if (silentBeats > SILENT_BEATS) fail(busError('TimedOut', 'the one who answered is not heard of any more', subject))
    tell(false)
  }, BEAT_MS)
  const onAbort = (): void => wake()
  signal.addEventListener('abort', onAbort)
  const unlisten = link.onStatus((connected) => {
    if (!connected) fail(busError('Disconnected', 'the connection was lost', subject))
  })
  try {
    const named = headers()
    named.set(STREAM_HEADER, stream)
    nc.publish(subject, encode(payload), { reply: inbox, headers: named })
    while (!signal.aborted) {
      if (parts.length > 0) {
        yield parts.shift()
        taken += 1
        if (taken % (WINDOW / 4) === 0) tell(false)
        continue
      }
      if (failure !== null) throw new OrkFailure(failure)
      if (ended) return
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  } finally {
    clearInterval(timer)
    signal.removeEventListener('abort', onAbort)
    unlisten()
    if (!ended) tell(true)
    if (!nc.isClosed()) subscription.unsubscribe()
  }
}
