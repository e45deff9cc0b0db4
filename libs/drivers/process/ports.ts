import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { PortSpec } from '#libs/spec'

/** Throws EADDRINUSE when it is taken. */
const tryTcp = async (port: number): Promise<number> => {
  const server = createServer()
  server.listen(port)
  await once(server, 'listening')
  const chosen = (server.address() as AddressInfo).port
  server.close()
  await once(server, 'close')
  return chosen
}

const tryUdp = async (port: number): Promise<number> => {
  const socket = createSocket('udp4')
  socket.bind(port)
  await once(socket, 'listening')
  const chosen = socket.address().port
  socket.close()
  await once(socket, 'close')
  return chosen
}

/** The port on this host that the process shall listen on: the one asked for, or any free one. Throws EADDRINUSE. */
export const takeHostPort = ({ hostPort, protocol }: PortSpec): Promise<number> =>
  protocol === 'tcp' ? tryTcp(hostPort) : tryUdp(hostPort)

/** `ORK_PORT_<NAME>` for each, and `PORT` for the first: a process has no network of its own, so it must be told. */
export const portVariables = (
  ports: readonly { readonly name: string; readonly hostPort: number }[],
): Readonly<Record<string, string>> => ({
  ...(ports[0] === undefined ? {} : { PORT: String(ports[0].hostPort) }),
  ...Object.fromEntries(
    ports.map(({ name, hostPort }) => [`ORK_PORT_${name.toUpperCase().replaceAll('-', '_')}`, String(hostPort)]),
  ),
})
