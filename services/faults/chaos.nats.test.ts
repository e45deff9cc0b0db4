import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JobSpec } from '#libs/spec'
import { assertOneContainerEach, eventually, sleeper, type TestCluster, withCluster } from '../../libs/testing/cluster'
import { runOrk } from '../../libs/testing/ork'

const STEPS = Number(process.env.ORK_CHAOS_STEPS ?? 8)
const SEED = Number(process.env.ORK_CHAOS_SEED ?? Date.now() % 1_000_000)

/** Numbers from 0 to below `n`, the same for the same seed. */
const dice = (seed: number) => {
  let state = seed
  return (n: number): number => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0
    return ((state >>> 8) & 0xffff) % n
  }
}

/**
 * Each process holds a folder of its instance's name while it lives, and says so when somebody else does already: two
 * at once are found out though it be for a moment.
 */
const HOLD = [
  `id=$(basename "$(dirname "$PWD")"); held="$DIR/held-\${id%-*}"`,
  'mkdir "$held" || echo "$id" >> "$DIR/doubles"',
  'let_go() { rmdir "$held"; exit 0; }',
  'trap let_go TERM',
].join('\n')

const holding = (name: string, dir: string, replicas: number, version: number, script: string): JobSpec =>
  sleeper(name, {
    driver: 'process',
    replicas,
    command: ['sh', '-c', `${HOLD}\n${script}`],
    env: { DIR: dir, VERSION: String(version) },
    stop: { signal: 'SIGTERM', graceMs: 30_000 },
  })

const steady = (name: string, dir: string, replicas: number, version: number): JobSpec =>
  holding(name, dir, replicas, version, 'sleep 900 & wait $!')

/** Ends by itself again and again, and is started again. */
const flapping = (dir: string): JobSpec => holding('flapping', dir, 3, 1, 'sleep 1 & wait $!; let_go')

interface World {
  readonly cluster: TestCluster
  readonly dir: string
  readonly roll: (n: number) => number
  /** What was last asked for and acknowledged, by job; null: its end. */
  readonly wanted: Map<string, number | null>
  readonly told: string[]
}

const user = async ({ cluster, dir, roll, wanted, told }: World): Promise<void> => {
  const job = `job-${roll(6)}`
  const before = wanted.get(job)
  if (typeof before === 'number' && roll(4) === 0) {
    told.push(`stop ${job}`)
    await retried(() => cluster.stopJob(job))
    wanted.set(job, null)
    return
  }
  const replicas = 1 + roll(4)
  const version = roll(2)
  told.push(`submit ${job} with ${replicas}, version ${version}`)
  await retried(() => cluster.submit(steady(job, dir, replicas, version), 2_000))
  wanted.set(job, replicas)
}

/** Refusals of a job that is still being stopped end when it is; a time-out is no answer. */
const retried = async (work: () => Promise<unknown>): Promise<void> => {
  for (const giveUp = Date.now() + 60_000; ; await pause(100)) {
    try {
      await work()
      return
    } catch (cause) {
      if (Date.now() > giveUp) throw cause
    }
  }
}

/** The nats-server is killed or hangs for a while, every third time. */
const serverFault = async ({ cluster: { nats }, roll, told }: World): Promise<void> => {
  const kind = roll(6)
  const forMs = roll(1_500)
  if (kind > 1) return
  told.push(`${kind === 0 ? 'kill' : 'pause'} nats-server for ${forMs} ms`)
  if (kind === 0) await nats.kill()
  else nats.pause()
  await pause(forMs)
  if (kind === 0) await nats.start()
  else nats.resume()
}

/** A service is killed, or stalls for so long that others take its place, but for less than a worker may be silent. */
const serviceFault = async ({ cluster: { services }, roll, told }: World): Promise<void> => {
  const victim = services[roll(services.length)]
  const kind = roll(4)
  const forMs = roll(3_000)
  if (victim === undefined) return
  told.push(`${kind === 0 ? 'pause' : 'kill'} ${victim.name} for ${forMs} ms`)
  if (kind === 0) victim.pause()
  else await victim.kill()
  await pause(forMs)
  if (kind === 0) victim.resume()
  else await victim.start()
}

const isSettled = ({ cluster: { log }, wanted }: World): boolean =>
  [...wanted].every(([job, replicas]) => {
    if (replicas === null) return log.view.jobs.get(job)?.state === 'stopped'
    const instances = log.instances(job)
    const upToDate = instances.every((one) => one.index >= replicas || one.version >= one.task.templateVersion)
    const running = instances.filter(({ state }) => state === 'running')
    const rest = instances.filter(({ state, index }) => index >= replicas && state !== 'stopped')
    return upToDate && running.length === replicas && rest.length === 0
  })

const heldIn = (dir: string): number => readdirSync(dir).filter((name) => name.startsWith('held-')).length

const test = suite('chaos')

test(`kills and stalls at random moments (ORK_CHAOS_SEED=${SEED}): it settles on what was asked, nothing ran twice`, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ork-chaos-'))
  try {
    mkdirSync(dir, { recursive: true })
    await withCluster({ driver: 'process', managers: 2, schedulers: 2, workers: 2 }, async (cluster) => {
      const world: World = { cluster, dir, roll: dice(SEED), wanted: new Map(), told: [] }
      try {
        await cluster.submit(flapping(dir))
        for (let step = 0; step < STEPS; step += 1) {
          await Promise.all([user(world), serverFault(world), serviceFault(world)])
        }
        await retried(() => cluster.stopJob('flapping'))
        world.wanted.set('flapping', null)
        await cluster.log.until('all is as it was asked for', () => isSettled(world), 40_000)
        await assertOneContainerEach(cluster)
        assert.not.ok(existsSync(join(dir, 'doubles')), 'an instance ran twice at once')
        const asked = [...world.wanted.values()].reduce((sum: number, n) => sum + (n ?? 0), 0)
        // A process that has just started may not have come to its first line yet.
        await eventually(
          'each instance holds its place',
          async () => heldIn(dir) === asked,
          5_000,
          () => heldIn(dir),
        )
        const verified = await runOrk(['replay', '--verify'], { nats: cluster.nats.url })
        assert.is(verified.code, 0, verified.stdout + verified.stderr)
      } catch (cause) {
        const doubles = existsSync(join(dir, 'doubles')) ? readFileSync(join(dir, 'doubles'), 'utf8') : 'none'
        console.error(`=== what was done\n${world.told.join('\n')}\n=== doubles\n${doubles}`)
        throw cause
      }
    })
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
})

test.run()
