// Loaded into the services of a soak (`node --require`): regularly collects all garbage and writes down what is left, since
// what a process holds goes up and down by a third with what is garbage, and with how much of it V8 waits for.
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { COLLECTED_DIR, type Collected } from './memory'

const EVERY_MS = 20_000

/** Bytes that V8 keeps for what is young: at times it gives back all of them after a collection, at times 30 MiB stay. */
const young = (): number =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.physical_space_size ?? 0

const dir = process.env[COLLECTED_DIR]
const [, , , ...flags] = process.argv
const name = flags[flags.indexOf('--name') + 1]

if (dir !== undefined && name !== undefined && flags.includes('--name')) {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const note = (): void => {
    collect()
    collect() // what the first has set free of other languages' objects
    const { rss, heapUsed, external } = process.memoryUsage()
    const line: Collected = { minute: performance.now() / 60_000, rss: rss - young(), heap: heapUsed, external }
    appendFileSync(join(dir, `${name}-${process.pid}`), `${JSON.stringify(line)}\n`)
  }
  setInterval(note, EVERY_MS).unref()
}
