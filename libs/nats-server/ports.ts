import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'

/** The ports of one server: for clients and, in a cluster, for the other members. */
export interface Ports {
  readonly client: number
  readonly cluster: number
}

const tryListen = (host: string, port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address()
      const taken = typeof address === 'object' && address !== null ? address.port : undefined
      server.close(() => resolve(taken))
    })
  })

/** A port that is free now, chosen by the system. */
const freePort = async (host: string): Promise<number> => {
  const port = await tryListen(host, 0)
  if (port === undefined) throw new Error(`the system gives no free port on ${host}`)
  return port
}

const remembered = (file: string): Partial<Ports> => {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof value !== 'object' || value === null) return {}
    const { client, cluster } = value as Record<string, unknown>
    return {
      ...(typeof client === 'number' ? { client } : {}),
      ...(typeof cluster === 'number' ? { cluster } : {}),
    }
  } catch {
    return {}
  }
}

/**
 * Chooses ports and remembers them in a file, so that a restarted server is found where it was. A wanted port is taken
 * as it is, a remembered one only while it is free, else the system chooses.
 */
export const choosePorts = async (file: string, host: string, wanted: Partial<Ports>): Promise<Ports> => {
  const old = remembered(file)
  const choose = async (want: number | undefined, last: number | undefined): Promise<number> => {
    if (want !== undefined) return want
    const again = last === undefined ? undefined : await tryListen(host, last)
    return again ?? freePort(host)
  }
  const ports = {
    client: await choose(wanted.client, old.client),
    cluster: await choose(wanted.cluster, old.cluster),
  }
  writeFileSync(file, `${JSON.stringify(ports)}\n`)
  return ports
}
