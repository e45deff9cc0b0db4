import type { LedRole } from '#libs/cluster'
import type { Exit } from '#libs/drivers'
import type { JobSpec } from '#libs/spec'
import { archive } from './archive'
import type { About } from './later'
import { overtake } from './overtaken'
import type { Trap } from './process'
import type { Asked } from './steering'
import { CALM, STORMS } from './weather'
import type { World } from './world'

/** One thing that is done to the cluster, by its users or by fate. Plain data, so that a run can be shown and cut down. */
export type Happening =
  | { readonly tag: 'submit'; readonly spec: JobSpec }
  | { readonly tag: 'stop job'; readonly job: string; readonly purge: boolean }
  | Asked
  /** An operator has moved what would be better elsewhere, as the log stands then. */
  | { readonly tag: 'rebalance' }
  /** The process dies on the spot. */
  | { readonly tag: 'crash'; readonly node: string; readonly downMs: number }
  /** It dies, or is stopped for a while, just before or after the n-th publish or engine call from now. */
  | { readonly tag: 'trap'; readonly node: string; readonly trap: Trap }
  /** The leader of a role stops before its next publish, until another is elected. */
  | { readonly tag: 'overtaken'; readonly role: LedRole }
  | { readonly tag: 'pause'; readonly node: string; readonly ms: number }
  | { readonly tag: 'stop service'; readonly node: string; readonly downMs: number }
  /** It ends in order, its machine is switched off, and neither comes back. */
  | { readonly tag: 'leave'; readonly node: string }
  /** The machine is switched off without a word, for good. */
  | { readonly tag: 'burn'; readonly node: string }
  /** The machine dies with all its containers and comes back. */
  | { readonly tag: 'reboot'; readonly node: string; readonly downMs: number }
  | { readonly tag: 'cut off'; readonly nodes: readonly string[]; readonly ms: number; readonly noticeMs: number }
  /** Somebody sets the clock of a machine, or of all. */
  | { readonly tag: 'set clocks'; readonly nodes: readonly string[]; readonly offsetMs: number }
  | { readonly tag: 'no stream leader'; readonly ms: number }
  /** The log takes no more than so many times what it holds, for a while. */
  | { readonly tag: 'log limited'; readonly room: number; readonly ms: number }
  /** An event that only a later release can read is written, about one of what there is, by its place. */
  | { readonly tag: 'later release'; readonly about: About; readonly place: number }
  /** An operator takes a snapshot, lets the newest so many be, and archives what is before them. */
  | { readonly tag: 'archive'; readonly snapshots: number }
  | { readonly tag: 'storm'; readonly kind: string; readonly ms: number }
  | { readonly tag: 'engine down'; readonly node: string; readonly ms: number; readonly kills: boolean }
  /** One of the containers of a worker, by its place among them. */
  | { readonly tag: 'container ends'; readonly node: string; readonly place: number; readonly exit: Exit }
  | { readonly tag: 'container lost'; readonly node: string; readonly place: number }
  | { readonly tag: 'images lost'; readonly node: string }
  /** A byte changes in what the worker's journal holds when it is read next: of one of its facts, by its place. */
  | { readonly tag: 'journal damaged'; readonly node: string; readonly place: number }

export interface Planned {
  /** Milliseconds since the run began. */
  readonly at: number
  readonly what: Happening
}

/** Lets it happen. What is not there to happen to is left alone, so that any part of a plan can be run without the rest. */
export const happen = (world: World, what: Happening): void => {
  world.note(`>>> ${describe(what)}`)
  switch (what.tag) {
    case 'submit':
      return void world.submit(what.spec)
    case 'stop job':
      return void world.stop(what.job, what.purge)
    case 'ask':
      return void world.ask(what.verb, what.request)
    case 'rebalance':
      return void world.rebalance()
    case 'crash':
      return world.node(what.node).crash(what.downMs)
    case 'trap':
      return world.node(what.node).setTrap({ ...what.trap })
    case 'overtaken':
      return overtake(world, what.role)
    case 'pause':
      return world.node(what.node).pause(what.ms)
    case 'stop service':
      return world.node(what.node).stop(what.downMs)
    case 'leave':
    case 'burn':
      return goAway(world, what.node, what.tag === 'leave')
    case 'reboot':
      world.engines.get(what.node)?.killAll()
      return world.node(what.node).crash(what.downMs)
    case 'cut off':
      for (const name of what.nodes) world.node(name).cut(what.noticeMs)
      world.time.after(what.ms, () => {
        for (const name of what.nodes) world.node(name).mend()
      })
      return
    case 'set clocks':
      for (const name of what.nodes) world.node(name).clocks.wallOffset = what.offsetMs
      return
    case 'no stream leader':
      return world.servers.loseLeader(what.ms)
    case 'log limited':
      world.servers.store.maxBytes = Math.floor(world.servers.store.bytes * what.room)
      world.time.after(what.ms, () => {
        world.servers.store.maxBytes = null
      })
      return
    case 'journal damaged':
      return world.disks.get(what.node)?.damage(what.place)
    case 'archive':
      return archive(world, what.snapshots)
    case 'later release':
      return world.laterRelease(what.about, what.place)
    case 'storm':
      Object.assign(world.weather, CALM, STORMS[what.kind])
      world.time.after(what.ms, () => Object.assign(world.weather, CALM))
      return
    default:
      return happenToEngine(world, what)
  }
}

type ToEngine = Extract<Happening, { tag: 'engine down' | 'container ends' | 'container lost' | 'images lost' }>

const happenToEngine = (world: World, what: ToEngine): void => {
  const engine = world.engines.get(what.node)
  if (engine === undefined) return
  switch (what.tag) {
    case 'engine down':
      engine.setReachable(false)
      if (what.kills) engine.killAll()
      world.time.after(what.ms, () => engine.setReachable(true))
      return
    case 'images lost':
      return engine.loseImages()
    case 'container ends':
    case 'container lost': {
      const { containers } = engine
      const chosen = containers[what.place % Math.max(1, containers.length)]
      if (chosen === undefined) return
      if (what.tag === 'container lost') void engine.lose(chosen.ref)
      else engine.end(chosen.ref, what.exit)
      return
    }
  }
}

const OFF_AFTER_MS = 5_000

const goAway = (world: World, name: string, inOrder: boolean): void => {
  const node = world.node(name)
  node.away = true
  if (inOrder) node.stop(null)
  else node.crash(null)
  world.time.after(inOrder ? OFF_AFTER_MS : 0, () => {
    node.crash(null)
    world.engines.get(name)?.switchOff()
  })
}

/** In words, for the report of a failure. */
export const describe = (what: Happening): string => {
  if (what.tag === 'submit') return `submit ${describeSpec(what.spec)}`
  const { tag, ...how } = what
  return `${tag} ${JSON.stringify(how)}`
}

const describeSpec = ({ name, kind, priority, cron, tasks }: JobSpec): string => {
  const shown = tasks.map(
    ({
      name: task,
      replicas,
      resources,
      restart,
      env,
      image,
      stop,
      onDisconnect,
      update,
      health,
      reschedule,
      constraints,
      affinities,
      spread,
      distinctWorkers,
      prestart,
      poststop,
    }) => {
      const { cpuMilli } = resources
      const more = JSON.stringify({
        cpuMilli,
        image,
        env,
        restart,
        graceMs: stop.graceMs,
        onDisconnect,
        update,
        health,
        reschedule,
        constraints,
        affinities,
        spread,
        distinctWorkers,
        prestart,
        poststop,
      })
      return `${task} x${replicas} ${more}`
    },
  )
  const more = cron === undefined ? '' : ` ${JSON.stringify(cron)}`
  return `${kind} ${name}${priority === undefined ? '' : ` of priority ${priority}`}: ${shown.join('; ')}${more}`
}
