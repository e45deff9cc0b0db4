import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  assertOneContainerEach,
  dice,
  eventually,
  flapping,
  heldIn,
  isSettled,
  type Restless,
  retried,
  type TestCluster,
  user,
  withCluster,
} from '../../libs/testing/cluster'
import { runOrk } from '../../libs/testing/ork'

const STEPS = Number(process.env.ORK_CHAOS_STEPS ?? 8)
const SEED = Number(process.env.ORK_CHAOS_SEED ?? Date.now() % 1_000_000)

interface World extends Restless {
  readonly cluster: TestCluster
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
          30_000,
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
