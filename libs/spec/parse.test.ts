import * as fc from 'fast-check'
import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { renderError } from '#libs/kernel'
import { characterArbitrary } from '../testing/arbitraries/character'
import { jobSpecArbitrary } from '../testing/arbitraries/spec'
import { JobSpecCodec } from './codec'
import { formatJobFile } from './format'
import type { JobSpec, TaskSpec } from './model'
import { decodeJobText, parseJobFile } from './parse'
import { sameSpec } from './same'

const read = (text: string): JobSpec => {
  const result = parseJobFile(text, 'job.yaml')
  if (E.isLeft(result)) throw new Error(result.left.map(renderError).join('\n'))
  return result.right
}

const firstTask = (lines: string): TaskSpec => {
  const body = lines.split('\n').map((line) => `    ${line}`)
  const [task] = read(`name: web\ntasks:\n  - name: api\n    image: nginx:1\n${body.join('\n')}\n`).tasks
  if (task === undefined) throw new Error('no task')
  return task
}

test('a file with the least gets every default', () => {
  assert.equal(read('{"name":"web","tasks":[{"name":"api","image":"nginx"}]}'), {
    name: 'web',
    kind: 'service',
    tasks: [
      {
        name: 'api',
        driver: 'docker',
        image: 'nginx:latest',
        env: {},
        replicas: 1,
        resources: { cpuMilli: 100, memoryBytes: 134217728, diskBytes: 0 },
        ports: [],
        restart: {
          policy: 'always',
          attempts: null,
          delayMs: 1000,
          backoff: 2,
          maxDelayMs: 60000,
          resetAfterMs: 60000,
        },
        stop: { signal: 'SIGTERM', graceMs: 10000 },
      },
    ],
  })
})

test('a batch job restarts on failure, three times', () => {
  const [task] = read('{name: sum, kind: batch, tasks: [{name: a, image: "b:1"}]}').tasks
  assert.is(task?.restart.policy, 'on-failure')
  assert.is(task?.restart.attempts, 3)
})

const good: readonly (readonly [string, string, (task: TaskSpec) => unknown, unknown])[] = [
  ['cores as a number', 'resources: {cpu: 0.5}', (task) => task.resources.cpuMilli, 500],
  ['cores as text', 'resources: {cpu: "1.25"}', (task) => task.resources.cpuMilli, 1250],
  ['thousandths of a core', 'resources: {cpu: 250m}', (task) => task.resources.cpuMilli, 250],
  ['sizes with a unit', 'resources: {memory: 1.5GiB}', (task) => task.resources.memoryBytes, 1610612736],
  ['decimal sizes', 'resources: {disk: 2GB}', (task) => task.resources.diskBytes, 2e9],
  ['a compound duration', 'stop: {grace: 1m30s}', (task) => task.stop.graceMs, 90000],
  ['another signal', 'stop: {signal: SIGQUIT}', (task) => task.stop.signal, 'SIGQUIT'],
  ['numbers in env as they are written', 'env: {V: 1.10}', (task) => task.env, { V: '1.10' }],
  ['booleans in env as they are written', 'env: {V: True, W: false}', (task) => task.env, { V: 'True', W: 'false' }],
  ['large numbers in env', 'env: {V: 12345678901234567890}', (task) => task.env, { V: '12345678901234567890' }],
  ['dotted variables', 'env: {discovery.type: single}', (task) => task.env, { 'discovery.type': 'single' }],
  ['line breaks in args', 'args: ["a\\nb"]', (task) => task.args, ['a\nb']],
  ['block texts in args', 'args:\n  - |\n    a\n    b\n  - c', (task) => task.args, ['a\nb\n', 'c']],
  ['numbers in args', 'args: [sleep, 010]', (task) => task.args, ['sleep', '010']],
  ['no replicas', 'replicas: 0', (task) => task.replicas, 0],
  ['unlimited attempts', 'restart: {policy: on-failure, attempts: unlimited}', (task) => task.restart.attempts, null],
  ['the policy never', 'restart: {policy: never}', (task) => task.restart.attempts, 0],
  ['a long delay', 'restart: {delay: 5m}', (task) => task.restart.maxDelayMs, 300000],
  ['tabs around values in flow style', 'env: {\tA:\t"1" }', (task) => task.env, { A: '1' }],
]

for (const [name, lines, pick, expected] of good) {
  test(`a task may have ${name}`, () => assert.equal(pick(firstTask(lines)), expected))
}

test('ports have long and short forms', () => {
  assert.equal(firstTask('ports: [80, "8080:81", "53/udp", {port: 9, name: admin, hostPort: 10}]').ports, [
    { name: 'tcp-80', port: 80, hostPort: 0, protocol: 'tcp' },
    { name: 'tcp-81', port: 81, hostPort: 8080, protocol: 'tcp' },
    { name: 'udp-53', port: 53, hostPort: 0, protocol: 'udp' },
    { name: 'admin', port: 9, hostPort: 10, protocol: 'tcp' },
  ])
})

test('anchors, aliases and merge keys work', () => {
  const job = read(`
name: web
tasks:
  - &base {name: a, image: "nginx:1", env: &env {A: 1, B: 2}, replicas: 2}
  - {<<: *base, name: b, env: {<<: *env, B: 3}}
`)
  assert.equal(job.tasks[1]?.env, { B: '3', A: '1' })
  assert.is(job.tasks[1]?.replicas, 2)
})

test('indented JSON with tabs, a byte order mark and Windows line ends are read', () => {
  const text = '\ufeff{\r\n\t"name": "web",\r\n\t"tasks": [\r\n\t\t{"name": "a", "image": "b:1"}\r\n\t]\r\n}\r\n'
  assert.is(read(text).name, 'web')
})

test('all problems are told at once, in the order of the file', () => {
  const result = parseJobFile('name: Web\nkynd: batch\ntasks:\n  - {name: a, image: b, replicas: 0.5}\n  - 5\n', 'f')
  if (E.isRight(result)) return assert.unreachable()
  assert.equal(
    result.left.map((error) => error.where),
    ['f:1:7 name', 'f:2:1 kynd', 'f:4:35 tasks[0].replicas', 'f:5:5 tasks[1]'],
  )
  assert.ok(result.left.every((error) => error.tag === 'BadJobFile'))
})

test('bytes that are no UTF-8 are refused', () => {
  assert.ok(E.isLeft(decodeJobText(new Uint8Array([0x61, 0xff]), 'f')))
  assert.equal(decodeJobText(new Uint8Array([0xc3, 0xa9]), 'f'), E.right('é'))
})

test('every job can be written as a file that reads back to the same job', () => {
  fc.assert(
    fc.property(jobSpecArbitrary, (spec) => {
      const result = parseJobFile(formatJobFile(spec), 'f')
      if (E.isLeft(result)) throw new Error(`${formatJobFile(spec)}\n${result.left.map(renderError).join('\n')}`)
      assert.equal(result.right, spec)
      assert.ok(sameSpec(result.right, spec))
    }),
    { numRuns: 300 },
  )
})

test('a job is written with its defaults, and without those that are nothing', () => {
  const parsed = parseJobFile('name: a\ntasks:\n- {name: b, image: c, ports: [80], health: {http: {path: /}}}\n', 'f')
  const text = E.isRight(parsed) ? formatJobFile(parsed.right) : ''
  for (const said of [
    'kind: service',
    'replicas: 1',
    'memory: 128MiB',
    'policy: always',
    'interval: 10s',
    'hostPort: 0',
  ])
    assert.match(text, said)
  assert.not.match(text, /\{\}|\[\]/)
})

test('every job passes through the log unchanged', () => {
  fc.assert(
    fc.property(jobSpecArbitrary, (spec) => {
      const stored: unknown = JSON.parse(JSON.stringify(spec))
      assert.ok(JobSpecCodec.is(stored))
      assert.equal(JobSpecCodec.decode(stored), E.right(spec))
    }),
  )
})

const fragment = fc.constantFrom(
  ...[
    'name: ',
    'tasks:',
    '\n',
    '  ',
    '- ',
    '? ',
    ': ',
    '{',
    '}',
    '[',
    ']',
    ',',
    '&a ',
    '*a',
    '<<: ',
    '"',
    "'",
    '|',
    '>',
  ],
  ...['!!map ', '!x ', '%YAML 1.1\n', '---\n', '...\n', '#', '\t', '\r', '\0', '\u2028', '0x1F', '.nan', '__proto__: '],
)

test('no text makes the reader throw', () => {
  const soup = fc.array(fc.oneof(fragment, fc.string({ unit: characterArbitrary, maxLength: 4 })), { maxLength: 40 })
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: characterArbitrary }),
        soup.map((parts) => parts.join('')),
      ),
      (text) => {
        const result = parseJobFile(text, 'f')
        if (E.isLeft(result)) assert.ok(result.left.length > 0)
        else assert.ok(JobSpecCodec.is(result.right))
      },
    ),
    { numRuns: 1_000 },
  )
})

test('no JSON value makes the reader throw', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      assert.ok(E.isLeft(parseJobFile(text, 'f')))
    }),
  )
})

test('env files are read in order, below what `env` says', () => {
  const files: Record<string, string> = {
    './a.env': '# remark\nA=1\nB = two words # why\nexport C="x\\ny"\n\n',
    './b.env': "B='# three'\nWHO=${ork.task}\nD=\n",
  }
  const read = (path: string) => E.fromNullable('there is no such file')(files[path])
  const text = (names: string) => `name: a\ntasks:\n- {name: b, image: c, env: {A: own}, envFiles: [${names}]}\n`
  const parsed = parseJobFile(text('./a.env, ./b.env'), 'f', read)
  assert.equal(E.isRight(parsed) && parsed.right.tasks[0]?.env, {
    A: 'own',
    B: '# three',
    C: 'x\ny',
    WHO: '${ork.task}',
    D: '',
  })
  files['./b.env'] = 'A B\nX="1\n__proto__=x\nNUL=a\0b\n'
  const wrong = parseJobFile(text('./a.env, ./b.env, ./c.env'), 'f', read)
  assert.equal(E.isLeft(wrong) && wrong.left.map(({ where, what }) => `${where} ${what}`), [
    'f:3:58 tasks[0].envFiles[1] ./b.env: line 1 is not NAME=value',
    'f:3:58 tasks[0].envFiles[1] ./b.env: line 2 has a quote that does not end',
    'f:3:58 tasks[0].envFiles[1] ./b.env: line 3 is not NAME=value',
    'f:3:58 tasks[0].envFiles[1] ./b.env: line 4 has a NUL or half a character',
    'f:3:67 tasks[0].envFiles[2] ./c.env: there is no such file',
  ])
})

test.run()
