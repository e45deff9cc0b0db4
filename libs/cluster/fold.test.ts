import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { aggregateAt, aggregateOf, type Entry } from '#libs/events'
import { addResources, NO_RESOURCES } from '#libs/kernel'
import { historyArbitrary } from '../testing/arbitraries/history'
import {
  type Attempt,
  attemptsOf,
  type Cluster,
  dumpCluster,
  emptyCluster,
  evolve,
  hostPortKey,
  INSTANCE_STATES,
  type Instance,
  ignoreChanges,
  isOutdated,
  isPlaced,
  isWanted,
  type Job,
  knownInstances,
  LIFECYCLE,
  type Task,
} from './index'

const fold = (entries: readonly Entry[], cluster: Cluster = emptyCluster()): Cluster => {
  for (const entry of entries) evolve(cluster, entry, ignoreChanges)
  return cluster
}

const tasksOf = (cluster: Cluster) => [...cluster.jobs.values()].flatMap(({ tasks }) => [...tasks.values()])
const allOf = (cluster: Cluster): readonly Instance[] => tasksOf(cluster).flatMap(({ instances }) => [...instances])
const placedOn = (cluster: Cluster, worker: string): readonly Attempt[] =>
  allOf(cluster)
    .flatMap(attemptsOf)
    .filter((attempt) => isPlaced(attempt.state) && attempt.worker === worker)
const dump = (cluster: Cluster): string => JSON.stringify([...dumpCluster(cluster)])

/** Holds after every event of every history. */
const always = (name: string, holds: (cluster: Cluster, entry: Entry) => void): void => {
  test(name, () => {
    fc.assert(
      fc.property(historyArbitrary, (entries) => {
        const cluster = emptyCluster()
        for (const entry of entries) {
          evolve(cluster, entry, ignoreChanges)
          holds(cluster, entry)
        }
      }),
      { numRuns: 60 },
    )
  })
}

test('the histories come to every state, and to what is ignored', () => {
  const seen = new Set<string>()
  for (const entries of fc.sample(historyArbitrary, { numRuns: 500, seed: 1 })) {
    const cluster = fold(entries)
    for (const instance of allOf(cluster)) {
      seen.add(instance.state)
      if (isPlaced(instance.state) && isOutdated(instance)) seen.add('outdated')
      if (instance.retiring !== null) seen.add('retiring')
    }
    for (const { update } of cluster.jobs.values()) if (update !== null) seen.add(update.state)
    if (cluster.ignored.stale > 0) seen.add('stale')
    if (cluster.ignored.illegal > 0) seen.add('illegal')
    if (cluster.strays.size > 0) seen.add('stray')
    if ([...cluster.workers.values()].some(({ hostPorts }) => hostPorts.size > 0)) seen.add('hostPort')
  }
  const expected = [
    ...INSTANCE_STATES,
    'paused',
    'succeeded',
    'outdated',
    'retiring',
    'stale',
    'illegal',
    'stray',
    'hostPort',
  ]
  assert.equal(
    expected.filter((one) => !seen.has(one)),
    [],
  )
})

always('the counts of a task are those of its instances', (cluster) => {
  for (const { counts, instances } of tasksOf(cluster)) {
    for (const state of INSTANCE_STATES) {
      assert.is(counts[state], [...instances].filter((instance) => instance.state === state).length, state)
    }
  }
})

always('a task has as many outdated instances as it says', (cluster) => {
  for (const { outdated, instances } of tasksOf(cluster)) {
    assert.is(outdated, [...instances].filter((one) => isPlaced(one.state) && isOutdated(one)).length)
  }
})

always('a retiring attempt runs or stops, is not the current one, and its task counts it', (cluster) => {
  for (const { instances, retiring } of tasksOf(cluster)) {
    const beside = [...instances].flatMap((one) => (one.retiring === null ? [] : [{ one, attempt: one.retiring }]))
    assert.is(beside.length, retiring)
    for (const { one, attempt } of beside) {
      assert.ok(attempt.state === 'running' || attempt.state === 'stopping')
      assert.ok(attempt.placedSeq > 0 && (!isPlaced(one.state) || attempt.placedSeq < one.placedSeq))
    }
  }
})

always('a worker holds exactly the instances placed on it, and reserves what they ask for', (cluster) => {
  for (const worker of cluster.workers.values()) {
    const placed = placedOn(cluster, worker.name)
    assert.is(worker.instances.size, placed.length)
    for (const instance of placed) assert.ok(worker.instances.has(instance))
    assert.equal(
      worker.reserved,
      placed.reduce((sum, { spec }) => addResources(sum, spec.resources), NO_RESOURCES),
    )
  }
})

always('a host port is taken as long as an instance placed there asks for it', (cluster) => {
  for (const worker of cluster.workers.values()) {
    const ports = placedOn(cluster, worker.name).flatMap(({ spec }) => spec.ports)
    const wanted = new Set(ports.filter(({ hostPort }) => hostPort !== 0).map(hostPortKey))
    assert.equal([...worker.hostPorts].sort(), [...wanted].sort())
  }
})

always('what is pending is wanted, unless its job ended around it', (cluster) => {
  for (const instance of allOf(cluster)) {
    const over = !['running', 'stopping'].includes(instance.task.job.state)
    if (instance.state === 'pending') assert.ok(isWanted(instance) || over)
  }
})

always('every entry, readable or not, legal or not, moves the sequence of its aggregate', (cluster, { seq, event }) => {
  assert.is(cluster.seq, seq)
  if (event.type === 'WorkerHeartbeat') return
  const aggregate = event.type === 'Unreadable' ? aggregateAt(event.path) : aggregateOf(event)
  const [, topic, first = '', task = '', index = ''] = aggregate.split('.')
  const holder =
    topic === 'job'
      ? cluster.jobs.get(first)
      : topic === 'worker'
        ? cluster.workers.get(first)
        : topic === 'control'
          ? new Map(Object.entries(cluster.leaders)).get(first)
          : allOf(cluster).find(
              (one) => `${one.task.job.name}.${one.task.name}.${one.index}` === `${first}.${task}.${index}`,
            )
  assert.is(holder?.seq ?? cluster.strays.get(aggregate), seq, aggregate)
})

test('an instance goes from state to state by the lifecycle alone, or because its job wants it otherwise', () => {
  fc.assert(
    fc.property(historyArbitrary, (entries) => {
      const cluster = emptyCluster()
      for (const entry of entries) {
        const before = new Map(allOf(cluster).map((instance) => [instance, instance.state]))
        evolve(cluster, entry, ignoreChanges)
        if (!entry.event.type.startsWith('Task')) continue
        for (const [instance, state] of before) {
          if (instance.state === state) continue
          const step = LIFECYCLE[entry.event.type as keyof typeof LIFECYCLE][state]
          assert.ok(step !== undefined && [step, 'pending', 'stopped'].includes(instance.state), `${state}: ${step}`)
        }
      }
    }),
  )
})

test('a fold can be told as JSON after any history', () => {
  fc.assert(fc.property(historyArbitrary, (entries) => void dump(fold(entries))))
})

test('the same history gives the same cluster, folded at once, in two parts, or with every entry repeated', () => {
  fc.assert(
    fc.property(historyArbitrary, fc.nat(), (entries, cut) => {
      const whole = dump(fold(entries))
      const at = cut % (entries.length + 1)
      assert.is(dump(fold(entries.slice(at), fold(entries.slice(0, at)))), whole)
      assert.is(dump(fold(entries.flatMap((entry) => [entry, entry]))), whole)
    }),
  )
})

/** Of those of which nothing was ever told. */
const statesOf = ({ alike }: Task['instances']): string =>
  alike.map(({ like, size }) => `${size} ${like.state}`).join(', ')

test('who is told of changes hears of every instance whose state changed, and of the job of those that are alike', () => {
  fc.assert(
    fc.property(historyArbitrary, (entries) => {
      const cluster = emptyCluster()
      for (const entry of entries) {
        const known = [...knownInstances(cluster)]
        const before = new Map(known.map((instance) => [instance, `${instance.state} ${instance.attempt}`]))
        const alike = tasksOf(cluster).map((task) => ({ task, was: statesOf(task.instances) }))
        const [told, jobs] = [new Set<Instance>(), new Set<Job>()]
        evolve(cluster, entry, {
          ...ignoreChanges,
          instance: (instance) => told.add(instance),
          job: (job) => jobs.add(job),
        })
        for (const [instance, was] of before) {
          const same = was === `${instance.state} ${instance.attempt}`
          assert.ok(same || told.has(instance), `${entry.event.type}: ${instance.state}`)
        }
        const asked = [...knownInstances(cluster)].length - known.length
        for (const { task, was } of alike) {
          assert.ok(asked > 0 || was === statesOf(task.instances) || jobs.has(task.job), entry.event.type)
        }
      }
    }),
  )
})

test.run()
