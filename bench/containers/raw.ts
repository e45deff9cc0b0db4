import { mapBounded } from './bounded'
import { type Contender, type Engine, elapsed, type Workload } from './contender'

/** As many labels as ork's own containers carry. */
const labelsOf = (index: number): Record<string, string> => ({
  'bench.cluster': 'bench',
  'bench.worker': 'w1',
  'bench.job': 'raw',
  'bench.task': 'sleeper',
  'bench.index': String(index),
  'bench.attempt': '1',
})

/** The limit: create and start through the engine's API and nothing else, `width` at once. */
export const rawContender = (engine: Engine, workload: Workload, width: number): Contender => {
  let started: string[] = []
  let names = 0

  const runOne = async (): Promise<string> => {
    names += 1
    const container = await engine.createContainer({
      name: `raw-${width}-${names}`,
      Image: workload.image,
      Cmd: [...workload.args],
      Labels: labelsOf(names),
      StopSignal: workload.stopSignal,
      HostConfig: {
        NanoCpus: workload.cpuMilli * 1e6,
        Memory: workload.memoryBytes,
        MemorySwap: workload.memoryBytes,
        RestartPolicy: { Name: 'no' },
      },
    })
    await container.start()
    return container.id
  }

  return {
    name: `raw${width}`,
    up: (count) =>
      elapsed(async () => {
        started = await mapBounded(Array.from({ length: count }), width, runOne)
      }),
    replace: () =>
      elapsed(async () => {
        const victim = engine.getContainer(started[0] ?? '')
        const ended = victim.wait()
        // The kill is answered only when the engine has cleaned up, and nothing has to wait for that.
        const killed = victim.kill({ signal: 'SIGKILL' })
        await ended
        started.push(await runOne())
        await killed
      }),
    down: () =>
      elapsed(() => mapBounded(started, width, (id) => engine.getContainer(id).remove({ force: true, v: true }))),
  }
}
