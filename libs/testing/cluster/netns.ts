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

const ip = async (...args: string[]): Promise<void> => {
  const done = await runCommand('ip', args)
  if (isLeft(done)) throw new Error(done.left)
}

/** A network namespace without any cable; its name is told from others' by this process's id. */
export const makeNamespace = async (): Promise<Namespace> => {
  count += 1
  const name = `ork-${process.pid}-${count}`
  await ip('netns', 'add', name)
  await ip('-n', name, 'link', 'set', 'lo', 'up')
  return {
    name,
    via: ['ip', 'netns', 'exec', name],
    remove: async () => void (await runCommand('ip', ['netns', 'delete', name])),
  }
}

export interface Namespace {
  readonly name: string
  /** What a command is to be started with, to run in there. */
  readonly via: readonly string[]
  /** Its cables go with it. */
  remove(): Promise<void>
}

/** A cable from this machine into a namespace, with an address at each end. */
export interface Cable {
  readonly near: string
  readonly far: string
  /** What is sent from here goes nowhere, and nobody is told. */
  cut(): Promise<void>
  mend(): Promise<void>
}

export const layCable = async ({ name }: Namespace): Promise<Cable> => {
  count += 1
  const [near, far] = [`on${process.pid}n${count}`, `on${process.pid}f${count}`]
  const subnet = `10.${200 + (count % 20)}.${process.pid % 250}`
  await ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', name)
  await ip('address', 'add', `${subnet}.1/30`, 'dev', near)
  await ip('link', 'set', near, 'up')
  await ip('-n', name, 'address', 'add', `${subnet}.2/30`, 'dev', far)
  await ip('-n', name, 'link', 'set', far, 'up')
  return {
    near: `${subnet}.1`,
    far: `${subnet}.2`,
    cut: () => ip('link', 'set', near, 'down'),
    mend: () => ip('link', 'set', near, 'up'),
  }
}

/** Makes one with a single cable. */
export const makeNetwork = async (natsPort: number): Promise<TestNetwork> => {
  const namespace = await makeNamespace()
  const { near, cut, mend } = await layCable(namespace)
  const door = await forward(near, natsPort)
  return {
    via: namespace.via,
    natsUrl: `nats://${near}:${door.port}`,
    cut,
    mend,
    remove: async () => {
      door.close()
      await namespace.remove()
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
