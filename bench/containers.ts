import { parseArgs } from 'node:util'
import { isLeft } from 'fp-ts/Either'
import { ensureTestImage, startPrivateDocker } from '#libs/testing'
import { type Contender, type Orchestrator, sleeper } from './containers/contender'
import { orkContender } from './containers/ork'
import { rawContender } from './containers/raw'
import { swarmContender } from './containers/swarm'
import { type Bench, type Figure, median } from './figure'

/** Widths at which the bare API is driven; its best is the limit. */
const RAW_WIDTHS = [4, 8, 16]

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

const turn = async (contender: Contender | Orchestrator, size: number, results: Results): Promise<void> => {
  results.add(`up.${size}.${contender.name}`, await contender.up(size))
  if (size === 1 && 'replace' in contender) results.add(`replace.${contender.name}`, await contender.replace())
  results.add(`gone.${size}.${contender.name}`, await contender.down())
}

/** How many times as long as the other: below 1 is faster. */
const ratio = (
  figures: readonly Figure[],
  name: string,
  one: string,
  others: readonly string[],
): Figure | undefined => {
  const of = (who: string) => figures.find((figure) => figure.name === `containers.${name}.${who}`)
  const mine = of(one)
  const best = Math.min(...others.flatMap((who) => of(who)?.value ?? []))
  if (mine === undefined || !Number.isFinite(best)) return undefined
  const against = others.length > 1 ? 'raw' : others[0]
  const value = Number((mine.value / best).toFixed(3))
  return { name: `containers.${name}.${one}-to-${against}`, value, unit: 'ratio', n: mine.n }
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
    const warmUp = new Results()
    for (const contender of contenders) await turn(contender, 1, warmUp)
    const results = new Results()
    for (const size of sizes) {
      for (let round = 0; round < rounds; round += 1) {
        for (let at = 0; at < contenders.length; at += 1) {
          const contender = contenders[(at + round) % contenders.length]
          if (contender !== undefined) await turn(contender, size, results)
        }
      }
    }
    const figures = results.figures()
    for (const figure of figures) report(figure)
    const rawNames = raws.map(({ name }) => name)
    for (const name of ['replace', ...sizes.flatMap((size) => [`up.${size}`, `gone.${size}`])]) {
      for (const others of [rawNames, [swarm.name]]) {
        const figure = ratio(figures, name, ork.name, others)
        if (figure !== undefined) report(figure)
      }
    }
    await ork.close()
    await swarm.close()
  } finally {
    await docker.remove()
  }
}
