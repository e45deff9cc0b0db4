import { connect } from 'node:net'

/** What a server says of itself as soon as one connects. */
export interface ServerInfo {
  readonly serverName: string
  readonly version: string
  readonly jetstream: boolean
}

export interface ProbeTarget {
  readonly host: string
  readonly port: number
  /** Whom to log in as; absent: nobody. */
  readonly user?: string
  readonly password?: string
}

const TIMEOUT_MS = 2_000
const INBOX = '_INBOX.ork-probe'

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined

/**
 * Connects, writes and reads until `read` finds its answer in all that came so far. This little of the protocol is
 * spoken here by hand, so that libs/log stays the only importer of the nats client.
 */
const talk = <A>(target: ProbeTarget, said: string, read: (received: string) => A | undefined): Promise<A> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: target.host, port: target.port })
    let received = ''
    const end = (act: () => void): void => {
      socket.destroy()
      act()
    }
    socket.setTimeout(TIMEOUT_MS, () => end(() => reject(new Error('no answer within 2 s'))))
    socket.on('error', (error) => end(() => reject(error)))
    socket.on('close', () => reject(new Error('the connection was closed')))
    socket.on('connect', () => socket.write(said))
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      try {
        const answer = read(received)
        if (answer !== undefined) end(() => resolve(answer))
      } catch (error) {
        end(() => reject(error))
      }
    })
  })

const readInfo = (received: string): ServerInfo | undefined => {
  const found = /^INFO (.*)\r\n/.exec(received)
  if (found?.[1] === undefined) return undefined
  const info: unknown = JSON.parse(found[1])
  return {
    serverName: String(field(info, 'server_name')),
    version: String(field(info, 'version')),
    jetstream: field(info, 'jetstream') === true,
  }
}

const readReply = (received: string): { readonly reply: unknown } | undefined => {
  const refused = /^-ERR (.*)\r\n/m.exec(received)
  if (refused !== null) throw new Error(`the server refuses: ${refused[1]}`)
  if (/^HMSG /m.test(received)) throw new Error('nobody answers')
  const head = /^MSG \S+ \S+ (\d+)\r\n/m.exec(received)
  if (head === null) return undefined
  const start = head.index + head[0].length
  const end = start + Number(head[1])
  if (received.length < end) return undefined
  const reply: unknown = JSON.parse(Buffer.from(received.slice(start, end), 'latin1').toString('utf8'))
  const error = field(reply, 'error')
  if (error !== undefined) throw new Error(String(field(error, 'description')))
  return { reply }
}

/** Reads the server's first line. Rejects where nobody listens or it is no NATS server. */
export const probeServer = (target: ProbeTarget): Promise<ServerInfo> => talk(target, '', readInfo)

/**
 * Sends one request and reads its JSON reply. Rejects where nobody answers within 2 s, or the reply has the field
 * `error`, as JetStream's have.
 */
export const requestJson = async (target: ProbeTarget, subject: string, payload = ''): Promise<unknown> => {
  const login = target.user === undefined ? {} : { user: target.user, pass: target.password }
  const hello = { verbose: false, pedantic: false, lang: 'node', version: '0', protocol: 1, ...login }
  const said = [
    `CONNECT ${JSON.stringify({ ...hello, headers: true, no_responders: true })}`,
    `SUB ${INBOX} 1`,
    `PUB ${subject} ${INBOX} ${Buffer.byteLength(payload)}`,
    payload,
    '',
  ]
  return (await talk(target, said.join('\r\n'), readReply)).reply
}

/** Asks JetStream for its account's state. Rejects where it is not up, or a cluster has no leader yet. */
export const probeJetStream = async (target: ProbeTarget): Promise<void> => {
  await requestJson(target, '$JS.API.INFO')
}
