import type { StatusReply } from '#libs/api'
import { count } from '../render/sentence'
import type { Facts, Finding } from './facts'

/** What is to be said of the workers and their engines, and of what cannot be read. */
export const checkWorkers = (facts: Facts): readonly Finding[] => {
  const view = newest(facts.statuses)
  return [
    ...(view === undefined ? [] : [...checkReady(view, isAlarmed(facts)), ...checkQuarantine(view)]),
    ...checkSilent(facts),
    ...checkEngines(facts),
    ...checkTroubles(facts),
  ]
}

/** The service that has folded furthest speaks for all. */
export const newest = (statuses: readonly StatusReply[]): StatusReply | undefined =>
  statuses.reduce<StatusReply | undefined>(
    (best, one) => (best === undefined || one.seq > best.seq ? one : best),
    undefined,
  )

/** While so many workers are silent that a fault between them and us is likelier, nothing is moved. */
const isAlarmed = ({ statuses }: Facts): boolean => statuses.some(({ alarm }) => alarm !== null)

const checkReady = ({ workers }: StatusReply, alarmed: boolean): readonly Finding[] => {
  const check = 'workers'
  const { ready = 0, suspected = 0, lost = 0 } = workers
  const findings: Finding[] = []
  if (ready === 0) {
    const next = 'start one with `ork worker`; what is submitted stays pending until then'
    findings.push({ check, level: 'bad', what: 'no worker is ready', next })
  }
  if (suspected > 0) {
    const moves = `${suspected === 1 ? 'its' : 'their'} instances move after some more seconds of silence`
    const next = `\`ork workers\` shows which; ${alarmed ? 'nothing is moved while so many are silent at once' : moves}`
    findings.push({ check, level: 'bad', what: `${count(suspected, 'worker')} not heard of`, next })
  }
  if (lost > 0) {
    const whose = lost === 1 ? 'its' : 'their'
    const next =
      '`ork workers` shows which; start it again, or give it up with `ork forget`, which also replaces what waits for it'
    const what = `${count(lost, 'worker')} lost; what ${whose} jobs allow was replaced (\`onDisconnect\`)`
    findings.push({ check, level: 'warn', what, next })
  }
  return findings.length > 0 ? findings : [{ check, level: 'ok', what: `${count(ready, 'worker')} ready` }]
}

/** Workers that the manager believes to be there, and that did not answer. */
const checkSilent = ({ workers, health }: Facts): readonly Finding[] => {
  const there = new Set(health.map(({ service }) => service))
  const silent = (workers ?? []).filter(({ name, state }) => state === 'ready' && !there.has(`worker/${name}`))
  return silent.map(({ name }) => ({
    check: 'workers',
    level: 'warn',
    where: `worker/${name}`,
    what: 'is ready, as far as the manager knows, but did not answer just now',
    next: 'it may be busy or cut off: ask again; after some seconds of silence it is suspected',
  }))
}

const checkEngines = ({ health }: Facts): readonly Finding[] => {
  const engines = health.flatMap(({ service, engines: own = [] }) => own.map((engine) => ({ service, ...engine })))
  const check = 'engines'
  const away = engines.filter(({ state }) => state !== 'listed')
  if (away.length === 0)
    return engines.length === 0
      ? []
      : [
          {
            check,
            level: 'ok',
            what: `${count(engines.length, 'engine')} ${engines.length === 1 ? 'answers' : 'answer'}`,
          },
        ]
  return away.map(({ service, driver, state }) => ({
    check,
    level: 'bad',
    where: service,
    what:
      state === 'unknown'
        ? `its ${driver} has not answered yet: nothing of it is started, and what it runs is not known`
        : `its ${driver} does not answer: nothing is begun or ended there, what runs goes on`,
    next: driver === 'docker' ? 'look at dockerd on that machine' : "look at the worker's log",
  }))
}

/** What workers say in their heartbeats: heard by every manager, told once. */
const checkTroubles = ({ statuses }: Facts): readonly Finding[] => {
  const troubles = (statuses.find(({ troubles }) => troubles.length > 0) ?? statuses[0])?.troubles ?? []
  return troubles.map(({ worker, what }) => ({
    check: 'workers',
    level: 'bad',
    where: `worker/${worker}`,
    what,
    next: `look at that machine; \`ork worker ${worker}\` shows what is placed there`,
  }))
}

const FROZEN = '; nothing more is decided about this'

const checkQuarantine = ({ quarantined, quarantinedCount }: StatusReply): readonly Finding[] => {
  const check = 'quarantine'
  const findings = quarantined.map(
    ({ aggregate, seq, reason, frozen }): Finding => ({
      check,
      level: 'bad',
      where: aggregate,
      what: `sequence ${seq} cannot be read (${reason})${frozen ? FROZEN : ''}`,
      next: `run the release of ork that wrote it, or look at it with \`ork quarantine show ${seq}\``,
    }),
  )
  const more = quarantinedCount - quarantined.length
  if (more > 0)
    findings.push({
      check,
      level: 'bad',
      what: `${more} more like these`,
      next: '`ork quarantine list` shows all of them',
    })
  return findings.length > 0 ? findings : [{ check, level: 'ok', what: 'every event can be read' }]
}
