import { createServer } from 'node:net'
import { type Engine, elapsed, type Orchestrator, poll, untilGone, type Workload } from './contender'

const LABEL = 'com.docker.swarm.service.name'
const POLL_MS = 10

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })

interface Task {
  readonly ID: string
  readonly Status: { readonly State: string; readonly ContainerStatus?: { readonly ContainerID: string } }
}

/** Docker Swarm on the same engine, asked through its API, with no delay before a restart. */
export const swarmContender = async (engine: Engine, workload: Workload): Promise<Orchestrator> => {
  const address = `127.0.0.1:${await freePort()}`
  await engine.swarmInit({ ListenAddr: address, AdvertiseAddr: address, ForceNewCluster: false })
  // By its id the image is not looked for in a registry first, which no local image should have to pay for.
  const { Id } = await engine.getImage(workload.image).inspect()
  let services = 0
  let service = ''
  let id = ''

  const running = async (): Promise<readonly Task[]> => {
    const filters = JSON.stringify({ service: [service], 'desired-state': ['running'] })
    const tasks = (await engine.listTasks({ filters })) as readonly Task[]
    return tasks.filter(({ Status }) => Status.State === 'running')
  }

  return {
    name: 'swarm',
    up: async (count) => {
      services += 1
      service = `bench-${services}`
      return await elapsed(async () => {
        const created = await engine.createService({
          Name: service,
          Mode: { Replicated: { Replicas: count } },
          TaskTemplate: {
            ContainerSpec: { Image: Id, Args: [...workload.args], StopSignal: workload.stopSignal },
            Resources: { Limits: { NanoCPUs: workload.cpuMilli * 1e6, MemoryBytes: workload.memoryBytes } },
            RestartPolicy: { Condition: 'any', Delay: 0 },
          },
        })
        id = created.id
        // Listing all tasks is dear for many: the more there are, the rarer.
        await poll(`${count} tasks run`, Math.max(POLL_MS, count), async () => (await running()).length === count)
      })
    },
    replace: async () => {
      const [victim] = await running()
      const container = victim?.Status.ContainerStatus?.ContainerID
      if (victim === undefined || container === undefined) throw new Error('Swarm runs nothing that could be killed')
      return await elapsed(async () => {
        await engine.getContainer(container).kill({ signal: 'SIGKILL' })
        await poll('a replacement runs', POLL_MS, async () => (await running()).some(({ ID }) => ID !== victim.ID))
      })
    },
    down: () =>
      elapsed(async () => {
        await engine.getService(id).remove()
        await untilGone(engine, `${LABEL}=${service}`)
      }),
    close: async () => {
      await engine.swarmLeave({ force: true })
    },
  }
}
