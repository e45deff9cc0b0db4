import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { get } from 'node:https'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'

const CONNECT_MS = 3_000
const SILENCE_MS = 20_000
const MAX_REDIRECTS = 5

/** One request on a connection of its own; rejects where the host is not reached within 3 s or then says nothing for 20 s. */
const request = (url: URL): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const sent = get(url, { headers: { 'user-agent': 'ork' }, agent: false }, resolve)
    const timer = setTimeout(() => sent.destroy(new Error(`no connection to ${url.host} within 3 s`)), CONNECT_MS)
    sent.on('socket', (socket) => socket.once('secureConnect', () => clearTimeout(timer)))
    sent.setTimeout(SILENCE_MS, () => sent.destroy(new Error(`${url.host} says nothing for 20 s`)))
    sent.on('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
  })

const follow = async (url: URL, left: number): Promise<IncomingMessage> => {
  const response = await request(url)
  const status = response.statusCode ?? 0
  if (status === 200) return response
  response.resume()
  const target = response.headers.location
  if (status < 300 || status > 399 || target === undefined) throw new Error(`${url.host} answers ${status}`)
  if (left === 0) throw new Error(`more than ${MAX_REDIRECTS} redirects`)
  const next = new URL(target, url)
  if (next.protocol !== 'https:') throw new Error(`a redirect leaves https: ${next.protocol}//${next.host}`)
  return follow(next, left - 1)
}

/** Downloads over https into a file and returns the SHA-256 of what came, in hex. Rejects with an Error that says why. */
export const download = async (url: string, file: string): Promise<string> => {
  const response = await follow(new URL(url), MAX_REDIRECTS)
  const hash = createHash('sha256')
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      done(null, chunk)
    },
  })
  await pipeline(response, hashing, createWriteStream(file))
  return hash.digest('hex')
}
