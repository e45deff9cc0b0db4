import { setTimeout as pause } from 'node:timers/promises'
import type { NatsCluster } from '#libs/nats-server'
import type { TestClusterOn, TestService } from '../cluster'

export type SoakCluster = TestClusterOn<NatsCluster>

/** Never killed, so that their memory can be watched over the whole time; they stall as all do. */
export const SPARED: readonly string[] = ['m1', 's1', 'w1']

const LONGEST_MS = 4_000

interface Fault {
  readonly name: string
  happen(): Promise<void>
}

/** One fault, chosen by the dice; when it has happened everything is there again. */
export const chooseFault = (cluster: SoakCluster, roll: (n: number) => number): Fault => {
  const forMs = roll(LONGEST_MS)
  const kind = roll(20)
  if (kind === 0) return allServersKilled(cluster, forMs)
  if (kind < 7) return serverFault(cluster, roll, forMs)
  const service = cluster.services[roll(cluster.services.length)]
  if (service === undefined) throw new Error('there is no service')
  const mayDie = !SPARED.includes(service.name)
  return mayDie && roll(3) > 0 ? serviceKilled(service, forMs) : serviceStalled(service, forMs)
}

const serviceKilled = (service: TestService, forMs: number): Fault => ({
  name: `kill -9 ${kindOf(service.name)}`,
  happen: async () => {
    await service.kill()
    await pause(forMs)
    await service.start()
  },
})

const serviceStalled = (service: TestService, forMs: number): Fault => ({
  name: `SIGSTOP ${kindOf(service.name)}`,
  happen: async () => {
    service.pause()
    await pause(forMs)
    service.resume()
  },
})

const serverFault = ({ nats }: SoakCluster, roll: (n: number) => number, forMs: number): Fault => {
  const index = roll(nats.servers.length)
  const server = nats.servers[index]
  if (server === undefined) throw new Error('there is no nats-server')
  if (roll(2) === 0) {
    return {
      name: 'SIGSTOP nats-server',
      happen: async () => {
        server.kill('SIGSTOP')
        await pause(forMs)
        server.kill('SIGCONT')
      },
    }
  }
  return {
    name: 'kill -9 nats-server',
    happen: async () => {
      server.kill('SIGKILL')
      await server.exited
      await pause(forMs)
      await nats.restart(index)
    },
  }
}

const allServersKilled = ({ nats }: SoakCluster, forMs: number): Fault => ({
  name: 'kill -9 all nats-servers',
  happen: async () => {
    const all = [...nats.servers]
    for (const server of all) server.kill('SIGKILL')
    await Promise.all(all.map(({ exited }) => exited))
    await pause(forMs)
    await Promise.all(all.map((_, index) => nats.restart(index)))
  },
})

const kindOf = (name: string): string => ({ m: 'manager', s: 'scheduler', w: 'worker' })[name[0] ?? ''] ?? name
