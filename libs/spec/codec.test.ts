import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { JobSpecCodec } from './codec'
import type { JobSpec, TaskSpec } from './model'
import { sameSpec, sameTemplate } from './same'

const task: TaskSpec = {
  name: 'api',
  driver: 'docker',
  image: 'nginx:1',
  args: ['-g', 'daemon off;'],
  env: { A: '1', B: '2' },
  replicas: 3,
  resources: { cpuMilli: 100, memoryBytes: 1024, diskBytes: 0 },
  ports: [{ name: 'http', port: 80, hostPort: 0, protocol: 'tcp' }],
  restart: { policy: 'always', attempts: null, delayMs: 1000, backoff: 2, maxDelayMs: 60000, resetAfterMs: 60000 },
  stop: { signal: 'SIGTERM', graceMs: 10000 },
}
const job: JobSpec = { name: 'web', kind: 'service', tasks: [task] }

const withTask = (change: object): unknown => ({ ...job, tasks: [{ ...task, ...change }] })

test('a canonical job passes through the codec unchanged', () => {
  assert.ok(JobSpecCodec.is(job))
  assert.equal(JobSpecCodec.decode(JSON.parse(JSON.stringify(job))), E.right(job))
  assert.is(JobSpecCodec.encode(job), job)
})

const bad: readonly (readonly [string, unknown])[] = [
  ['no object', 'web'],
  ['null', null],
  ['a list', [job]],
  ['a name with a dot', { ...job, name: 'a.b' }],
  ['no tasks', { ...job, tasks: [] }],
  ['an unknown key', { ...job, health: {} }],
  ['an unknown key in a task', withTask({ healthy: true })],
  ['a missing key', { name: 'web', kind: 'service' }],
  ['half a replica', withTask({ replicas: 0.5 })],
  ['NaN replicas', withTask({ replicas: Number.NaN })],
  ['infinite backoff', withTask({ restart: { ...task.restart, backoff: Number.POSITIVE_INFINITY } })],
  ['an undefined image', withTask({ image: undefined })],
  ['a signal that does not exist', withTask({ stop: { signal: 'SIGFOO', graceMs: 1 } })],
  ['a prototype key in env', withTask({ env: JSON.parse('{"__proto__":"x"}') })],
  ['a variable that is no text', withTask({ env: { A: 1 } })],
  ['a NUL in an argument', withTask({ args: ['a\0b'] })],
]

for (const [name, value] of bad) {
  test(`the canonical form refuses ${name}`, () => {
    assert.not(JobSpecCodec.is(value))
    if (name !== 'an undefined image') assert.ok(E.isLeft(JobSpecCodec.decode(value)))
  })
}

test('the same task with other replicas has the same template', () => {
  assert.ok(sameTemplate(task, { ...task, replicas: 9 }))
  assert.not(sameTemplate(task, { ...task, image: 'nginx:2' }))
  assert.not(sameTemplate(task, { ...task, env: { A: '1' } }))
  const { image: _, ...bare } = task
  assert.not(sameTemplate(task, bare))
})

test('the order of variables does not make a job another one, replicas do', () => {
  const turned = { ...job, tasks: [{ ...task, env: { B: '2', A: '1' } }] }
  assert.ok(sameSpec(job, turned))
  assert.not(sameSpec(job, { ...job, tasks: [{ ...task, replicas: 4 }] }))
})

test.run()
