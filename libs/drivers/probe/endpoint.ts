import { request } from 'node:http'
import { request as requestOverTls } from 'node:https'
import { connect } from 'node:net'
import { causeText, formatDuration } from '#libs/kernel'
import type { Probe } from '#libs/spec'
import type { Probed } from '../port'

/** Where a container listens, as seen from its worker. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

type NetworkProbe = Exclude<Probe, { tag: 'Command' }>

/** One HTTP request or one connection. Never rejects: what goes wrong is what the probe found. */
export const probeEndpoint = async (probe: NetworkProbe, at: Endpoint, timeoutMs: number): Promise<Probed> => {
  const what = probe.tag === 'Http' ? `GET ${probe.path} on port ${probe.port.port}` : `port ${probe.port.port}`
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), timeoutMs)
  try {
    const found = probe.tag === 'Http' ? await ask(probe, at, abort.signal) : await reach(at, abort.signal)
    return { ok: found.ok, detail: `${what}: ${found.detail}` }
  } catch (cause) {
    const late = abort.signal.aborted
    return {
      ok: false,
      detail: `${what}: ${late ? `no answer within ${formatDuration(timeoutMs)}` : whyNot(cause)}`,
    }
  } finally {
    clearTimeout(timer)
  }
}

/** What TLS says of one that speaks none is several lines about its own insides. */
const whyNot = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && cause.code === 'EPROTO' ? 'it does not speak TLS' : causeText(cause)

/** As kubelet does it, without asking who signed the certificate: it looks whether the container answers. */
const ask = (
  { scheme, path, headers, status }: Extract<Probe, { tag: 'Http' }>,
  { host, port }: Endpoint,
  signal: AbortSignal,
): Promise<Probed> =>
  new Promise((resolve, reject) => {
    const options = { host, port, path, headers: { ...headers }, signal, agent: false as const }
    const asked = scheme === 'https' ? requestOverTls({ ...options, rejectUnauthorized: false }) : request(options)
    asked.on('error', reject)
    asked.on('response', (response) => {
      const { statusCode = 0 } = response
      const ok = status === null ? statusCode >= 200 && statusCode < 400 : statusCode === status
      resolve({ ok, detail: `status ${statusCode}` })
      asked.destroy() // its body says nothing more
    })
    asked.end()
  })

const reach = ({ host, port }: Endpoint, signal: AbortSignal): Promise<Probed> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal })
    socket.on('error', reject)
    socket.on('connect', () => {
      resolve({ ok: true, detail: 'takes connections' })
      socket.destroy()
    })
  })
