import { aJob } from '../happenings'
import { differences, waitsForPromotion } from './differences'
import { CALM } from './weather'
import type { World } from './world'

/** How long a healed cluster has to come to rest, and how long it must then stay so; milliseconds. */
const LIMIT_MS = 240_000
const STEP_MS = 1_000
const CALM_STEPS = 4
const ANSWER_MS = 5_000
const NAME = 'everything comes to what is wanted'

/**
 * Mends all that is broken and waits until everything is as the log wants it, then asks for something new and waits
 * again; fails the run where it never is.
 */
export const settle = async (world: World): Promise<void> => {
  heal(world)
  const help = (world: World): void => {
    forgetThoseAway(world)
    skipUnreadable(world)
  }
  await comeToRest(world, help)
  await askForMore(world)
  await comeToRest(world, (world) => {
    help(world)
    finishAll(world)
  })
}

/** Whatever has happened, every manager takes commands, and what they come to is done. */
const askForMore = async (world: World): Promise<void> => {
  const { managers } = world.size
  let confirmed = 0
  for (let version = 1; version <= managers; version += 1) {
    const env = { V: `after ${version}` }
    const spec = aJob({ tasks: [{ env, resources: { cpuMilli: 1, memoryBytes: 1, diskBytes: 0 } }] })
    void world.submit(spec).then((isConfirmed) => {
      if (isConfirmed) confirmed += 1
    })
  }
  await world.time.runUntil(world.time.now + ANSWER_MS, () => world.violation !== null)
  if (confirmed < managers)
    world.fail(NAME, `of ${managers} submits after everything was healed ${confirmed} were confirmed`)
}

/** `help`: what operators do meanwhile, again and again, since requests may be lost. */
const comeToRest = async (world: World, help: (world: World) => void): Promise<void> => {
  const limit = world.time.now + LIMIT_MS
  let wrong: string[] = []
  let calm = 0
  while (world.violation === null && calm < CALM_STEPS) {
    if (world.time.now >= limit) {
      world.fail(NAME, wrong.slice(0, 5).join('; '))
      return
    }
    help(world)
    await world.time.runUntil(world.time.now + STEP_MS, () => world.violation !== null)
    wrong = differences(world)
    calm = wrong.length === 0 ? calm + 1 : 0
  }
}

/** What ran on a machine that is gone may wait for it for ever, unless somebody says that it will not be back. */
const forgetThoseAway = (world: World): void => {
  for (const { name, state } of world.truth.workers.values()) {
    if (world.nodes.get(name)?.away === true && state !== 'forgotten') void world.forget(name)
  }
}

/** Nobody will run the later release. */
const skipUnreadable = (world: World): void => {
  for (const { seq } of world.truth.quarantined.values()) void world.skip(seq)
}

/** What was paused goes on, canaries are found good, and workers are opened again. */
const finishAll = (world: World): void => {
  const asked = { reason: null, actor: 'sim' }
  for (const job of world.truth.jobs.values()) {
    if (job.state !== 'running') continue
    if (job.update?.state === 'paused') void world.ask('resume', { ...asked, job: job.name })
    if (waitsForPromotion(job)) void world.ask('promote', { ...asked, job: job.name })
  }
  for (const { name, intake } of world.truth.workers.values()) {
    const isAway = world.nodes.get(name)?.away === true
    if (intake !== 'open' && !isAway) void world.ask('uncordon', { ...asked, worker: name, deadlineMs: null })
  }
}

const heal = (world: World): void => {
  world.note('>>> everything is healed')
  Object.assign(world.weather, CALM)
  world.servers.store.maxBytes = null
  for (const engine of world.engines.values()) {
    engine.setReachable(true)
    engine.isHealed = true
  }
  for (const node of world.nodes.values()) {
    node.setTrap(null)
    node.mend()
    node.continue()
    node.start()
  }
}
