import { execFileSync } from 'node:child_process'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { isLeft } from 'fp-ts/Either'
import { pathWithSystemTools, runCommand } from '../commands'
import { tie } from '../sockets'

/** A network of its own, joined to this machine by one cable, behind which the nats-server is reached. */
export interface TestNetwork {
  /** What a command is to be started with, to run in there. */
  readonly via: readonly string[]
  /** The nats-server as it is called in there. */
  readonly natsUrl: string
  /** Pulls the cable: what is sent goes nowhere, and nobody is told. */
  cut(): Promise<void>
  mend(): Promise<void>
  remove(): Promise<void>
}

/** Why no network can be made here, or null where one can. */
export const noNetworks = (): string | null => {
  if (process.platform !== 'linux') return 'network namespaces are a thing of Linux'
  if (process.getuid?.() !== 0) return 'only root may make network namespaces'
  const name = `ork-try-${process.pid}`
  const env = { ...process.env, PATH: pathWithSystemTools() }
  try {
    for (const verb of ['add', 'delete']) execFileSync('ip', ['netns', verb, name], { env, stdio: 'pipe' })
    return null
  } catch (cause) {
    return `network namespaces cannot be made here: ${(cause as Error).message}`
  }
}

let count = 0

/** Makes one; its names and addresses are told from others' by this process's id. */
export const makeNetwork = async (natsPort: number): Promise<TestNetwork> => {
  count += 1
  const name = `ork-${process.pid}-${count}`
  const [near, far] = [`on${process.pid}n${count}`, `on${process.pid}f${count}`]
  const subnet = `10.${200 + (count % 20)}.${process.pid % 250}`
  const ip = async (...args: string[]): Promise<void> => {
    const done = await runCommand('ip', args)
    if (isLeft(done)) throw new Error(done.left)
  }
  await ip('netns', 'add', name)
  await ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', name)
  await ip('address', 'add', `${subnet}.1/30`, 'dev', near)
  await ip('link', 'set', near, 'up')
  await ip('-n', name, 'address', 'add', `${subnet}.2/30`, 'dev', far)
  await ip('-n', name, 'link', 'set', far, 'up')
  await ip('-n', name, 'link', 'set', 'lo', 'up')
  const door = await forward(`${subnet}.1`, natsPort)
  return {
    via: ['ip', 'netns', 'exec', name],
    natsUrl: `nats://${subnet}.1:${door.port}`,
    cut: () => ip('link', 'set', near, 'down'),
    mend: () => ip('link', 'set', near, 'up'),
    remove: async () => {
      door.close()
      await runCommand('ip', ['link', 'delete', near])
      await runCommand('ip', ['netns', 'delete', name])
    },
  }
}

/** The nats-server listens on loopback only, which every namespace has for itself. */
const forward = async (host: string, natsPort: number): Promise<{ readonly port: number; close(): void }> => {
  const open = new Set<Socket>()
  const server: Server = createServer((from) => {
    const to = connect(natsPort, '127.0.0.1')
    tie(from, to, open)
    from.pipe(to).pipe(from)
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const { port } = server.address() as { port: number }
  return {
    port,
    close: () => {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}
