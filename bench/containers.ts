import { parseArgs } from 'node:util'
import { isLeft } from 'fp-ts/Either'
import { ensureTestImage, startPrivateDocker } from '#libs/testing'
import { type Contender, sleeper } from './containers/contender'
import { orkContender } from './containers/ork'
import { rawContender } from './containers/raw'
import { swarmContender } from './containers/swarm'
import { type Bench, type Figure, median } from './figure'

/** Widths at which the bare API is driven; its best is the limit. */
const RAW_WIDTHS = [4, 8, 16]
/** Between two turns: an engine that has removed a container is not done with it. */
const SETTLE_MS = 300

const optionsOf = (args: readonly string[]) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sizes: { type: 'string', default: '1,10,50' },
      rounds: { type: 'string', default: '3' },
      cpu: { type: 'string', default: '0' },
    },
  })
  return { sizes: values.sizes.split(',').map(Number), rounds: Number(values.rounds), cpuMilli: Number(values.cpu) }
}

class Results {
  private readonly values = new Map<string, number[]>()

  add(name: string, value: number): void {
    this.values.set(name, [...(this.values.get(name) ?? []), value])
    console.error(`${name} ${Math.round(value)} ms`)
  }

  figures(): readonly Figure[] {
    return [...this.values].map(([name, values]) => ({
      name: `containers.${name}`,
      value: Math.round(median(values)),
      unit: 'ms',
      n: values.length,
    }))
  }
}

const turn = async (contender: Contender, size: number, results: Results): Promise<void> => {
  results.add(`up.${size}.${contender.name}`, await contender.up(size))
  if (size === 1) results.add(`replace.${contender.name}`, await contender.replace())
  results.add(`gone.${size}.${contender.name}`, await contender.down())
}

/** One round: each once, in another order each time, since what came before leaves the engine busy for a while. */
const takeTurns = async (contenders: readonly Contender[], round: number, size: number, results: Results) => {
  const first = round % contenders.length
  const order = [...contenders.slice(first), ...contenders.slice(0, first)]
  for (const contender of round % 2 === 0 ? order : order.reverse()) {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
    await turn(contender, size, results)
  }
}

/** Few containers are quick and their times vary most: they get more rounds. */
const roundsOf = (size: number, rounds: number): number => rounds * Math.min(5, Math.max(1, Math.round(20 / size)))

/** How many times as long as the best of the others it takes: below 1 is faster. None of what was not measured. */
const ratio = (
  figures: readonly Figure[],
  name: string,
  one: string,
  others: readonly Contender[],
  against: string,
): readonly Figure[] => {
  const of = (who: string) => figures.find((figure) => figure.name === `containers.${name}.${who}`)
  const mine = of(one)
  const best = Math.min(...others.flatMap((other) => of(other.name)?.value ?? []))
  if (mine === undefined || !Number.isFinite(best)) return []
  const value = Number((mine.value / best).toFixed(3))
  return [{ name: `containers.${name}.${one}-to-${against}`, value, unit: 'ratio', n: mine.n }]
}

/**
 * From the order for 1, 10 and 50 sleeping containers until all run: ork, the bare engine, and Swarm on the same
 * engine, in turns. Also from the kill of one until its replacement runs, and from the order to stop until all are gone.
 */
export const bench: Bench = async (report, args) => {
  const { sizes, rounds, cpuMilli } = optionsOf(args)
  const started = await startPrivateDocker({ networks: ['nat'] })
  if (isLeft(started)) throw new Error(started.left)
  const docker = started.right
  try {
    const engine = docker.client()
    const workload = sleeper(await ensureTestImage(engine), cpuMilli)
    const swarm = await swarmContender(engine, workload)
    const ork = await orkContender(engine, docker.socketPath, workload)
    const raws = RAW_WIDTHS.map((width) => rawContender(engine, workload, width))
    const contenders = [ork, ...raws, swarm]
    for (const contender of contenders) await turn(contender, 1, new Results())
    for (const size of sizes) {
      const results = new Results()
      for (let round = 0; round < roundsOf(size, rounds); round += 1) await takeTurns(contenders, round, size, results)
      const figures = results.figures()
      const ratios = [`up.${size}`, 'replace', `gone.${size}`].flatMap((name) => [
        ...ratio(figures, name, ork.name, raws, 'raw'),
        ...ratio(figures, name, ork.name, [swarm], swarm.name),
      ])
      for (const figure of [...figures, ...ratios]) report(figure)
    }
    await ork.close()
    await swarm.close()
  } finally {
    await docker.remove()
  }
}
