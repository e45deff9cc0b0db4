import { arch, cpus, totalmem } from 'node:os'
import { causeText } from '#libs/kernel'
import type { Bench } from './figure'

/** Loaded only when asked for: each brings what the others need not have. */
const BENCHES: Readonly<Record<string, () => Promise<{ readonly bench: Bench }>>> = {
  append: () => import('./append.js'),
  containers: () => import('./containers.js'),
  epvm: () => import('./epvm.js'),
  million: () => import('./million.js'),
  place: () => import('./place.js'),
  replay: () => import('./replay.js'),
  restart: () => import('./restart.js'),
  storm: () => import('./storm.js'),
}

const machine = (): string =>
  `${cpus().length} x ${cpus()[0]?.model ?? arch()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`

const main = async ([name = '', ...args]: readonly string[]): Promise<void> => {
  if (name === '') return console.log(Object.keys(BENCHES).join('\n'))
  const load = BENCHES[name]
  if (load === undefined) {
    throw new Error(`no benchmark "${name}"; npm run bench -- NAME, with one of: ${Object.keys(BENCHES).join(', ')}`)
  }
  const { bench } = await load()
  await bench((figure) => console.log(JSON.stringify({ ...figure, machine: machine() })), args)
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(causeText(error))
    process.exit(1)
  },
)
