import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { renderError } from '#libs/kernel'
import type { JobSpec, TaskSpec } from '../model'
import { convertCompose, isCompose } from './convert'
import { pathIn } from './paths'

type Files = Readonly<Record<string, string>>

const FOLDER = '/srv/shop'
const HOME = { folder: FOLDER, environment: { TAG: '9' } }

/** Jobs of the files that are named, or of the first one; `files` is all that there is in the folder. */
const jobsOf = (files: Files, names: readonly string[] = Object.keys(files).slice(0, 1)) =>
  convertCompose(
    names.map((name) => ({ name, text: files[name] ?? '' })),
    {
      ...HOME,
      read: (path) => {
        const found = Object.entries(files).find(([name]) => pathIn(FOLDER, name) === pathIn(FOLDER, path))
        return found === undefined ? E.left('there is no such file') : E.right(found[1])
      },
    },
  )

const errorsOf = (files: Files, names?: readonly string[]): readonly string[] => {
  const result = jobsOf(files, names)
  return E.isLeft(result) ? result.left.map(renderError) : []
}

const jobOf = (files: Files, names?: readonly string[]): JobSpec => {
  const result = jobsOf(files, names)
  if (E.isLeft(result)) throw new Error(result.left.map(renderError).join('\n'))
  const [job] = result.right.jobs
  if (job === undefined) throw new Error('no job came of it')
  return job
}

const TOP = 'volumes: {d: {name: dd}, e: {name: ee}}\nsecrets: {s: {external: true}, t: {external: true}}\n'
const service = (said: string): string => `services: {a: {${said}}}\n${TOP}`
const taskOf = (base: string, own: string): TaskSpec => {
  const files = { 'a.yaml': service(`image: x, ${base}`), 'b.yaml': `services: {a: ${own}}` }
  const [task] = jobOf(files, ['a.yaml', 'b.yaml']).tasks
  if (task === undefined) throw new Error('no task came of it')
  return task
}

const HEALTH = { intervalMs: 30_000, timeoutMs: 30_000, retries: 3, startPeriodMs: 0, successThreshold: 1 }

/** What two files say of a service, and what comes of it. */
const MERGED: readonly (readonly [base: string, own: string, expected: Readonly<Record<string, unknown>>])[] = [
  ['init: true', '{image: y}', { image: 'y:latest', init: true }],
  ['environment: {A: 1, B: 2}', '{environment: [B=3, C=4]}', { env: { A: '1', B: '3', C: '4' } }],
  ['environment: [A=1]', '{environment: {A: !reset null, B: x}}', { env: { B: 'x' } }],
  ['environment: {TAG: 1}', '{environment: [TAG]}', { env: { TAG: '9' } }],
  ['labels: [a=1]', '{labels: {a: 2}}', { labels: { a: '2' } }],
  ['command: [a, b]', '{command: [c]}', { args: ['c'] }],
  ['entrypoint: a b', '{entrypoint: [c]}', { command: ['c'] }],
  [
    'healthcheck: {test: [CMD, a], retries: 9}',
    '{healthcheck: {test: [CMD, b]}}',
    { health: { ...HEALTH, command: ['b'], retries: 9 } },
  ],
  ['dns: 10.0.0.1', '{dns: [10.0.0.2]}', { dns: { servers: ['10.0.0.1', '10.0.0.2'] } }],
  ['cap_add: [KILL]', '{cap_add: [KILL, SYS_TIME]}', { capabilities: { add: ['KILL', 'SYS_TIME'] } }],
  ['extra_hosts: ["a:10.0.0.1"]', '{extra_hosts: {a: 10.0.0.2}}', { extraHosts: { a: '10.0.0.2' } }],
  ['ulimits: {nofile: 1}', '{ulimits: {nofile: {soft: 2, hard: 3}}}', { ulimits: { nofile: { soft: 2, hard: 3 } } }],
  [
    'logging: {driver: local, options: {a: 1}}',
    '{logging: {driver: json-file, options: {b: 2}}}',
    { log: { driver: 'json-file', options: { b: '2' } } },
  ],
  [
    'logging: {driver: local, options: {a: 1}}',
    '{logging: {options: {b: 2}}}',
    { log: { driver: 'local', options: { a: '1', b: '2' } } },
  ],
  ['deploy: {replicas: 2}', '{deploy: {replicas: 3}}', { replicas: 3 }],
  ['labels: {a: 1}', '{labels: null}', { labels: { a: '1' } }],
  ['labels: {a: 1}', '{labels: !override {b: 2}}', { labels: { b: '2' } }],
  ['labels: {a: 1}', '{labels: !reset null}', {}],
  ['user: "5"', '!override {image: z}', { image: 'z:latest', user: undefined }],
  ['scale: 2', '{scale: !override 3}', { replicas: 3 }],
]

for (const [base, own, expected] of MERGED) {
  test(`over ${base} comes ${own}`, () => {
    const task = taskOf(base, own) as unknown as Readonly<Record<string, unknown>>
    for (const [field, value] of Object.entries(expected)) assert.equal(task[field], value, field)
    if (Object.keys(expected).length === 0) assert.equal(task.labels, taskOf('init: true', '{}').labels)
  })
}

test('mounts and secrets are one for each place in the container, ports one for each that is published', () => {
  const volumes = (base: string, own: string) =>
    taskOf(`volumes: ${base}`, `{volumes: ${own}}`).volumes?.map(({ source, target }) => `${source} ${target}`)
  assert.equal(volumes('["d:/w", "d:/x"]', '["e:/w/:ro"]'), ['ee /w', 'dd /x'])
  assert.equal(volumes('["d:/w"]', '[{type: volume, source: e, target: /w}]'), ['ee /w'])
  assert.equal(volumes('["d:/w"]', '!override ["e:/x"]'), ['ee /x'])
  const ports = (own: string) =>
    taskOf('ports: ["80:80", "81:81"]', `{ports: ${own}}`).ports.map(({ hostPort, port }) => `${hostPort}:${port}`)
  assert.equal(ports('["82:82", "80:80"]'), ['80:80', '81:81', '82:82'])
  assert.equal(ports('[{target: 80, published: 80}]'), ['80:80', '81:81'])
  assert.equal(ports('!override ["82:82"]'), ['82:82'])
  assert.equal(ports('!reset []'), [])
  const { secrets } = taskOf('secrets: [s]', '{secrets: [{source: t, target: s}, {source: s, target: other}]}')
  assert.equal(secrets?.map(({ name, file }) => `${name} ${file}`).sort(), ['s other', 't s'])
})

test('what services wait for, and the networks they are on, are merged by name in either form', () => {
  const files = {
    'a.yaml': 'services: {a: {image: x, depends_on: [b], networks: [n]}, b: {image: x}}\nnetworks: {n: , m: }',
    'b.yaml':
      'services: {a: {depends_on: {b: {condition: service_healthy}, c: {condition: service_started}}, networks: {m: }}, c: {image: x}}',
  }
  const [a] = jobOf(files, ['a.yaml', 'b.yaml']).tasks
  assert.equal(a?.dependsOn, { b: 'healthy', c: 'started' })
  assert.equal(a?.networks, ['shop-n', 'shop-m'])
})

test('a later file brings services and takes others away; the last name counts', () => {
  const files = {
    'a.yaml': 'name: one\nservices: {a: {image: x}, b: {image: x}}',
    'b.yaml': 'name: two\nservices: {b: !reset null, c: {image: "x:${TAG}"}}',
  }
  const { name, tasks } = jobOf(files, ['a.yaml', 'b.yaml'])
  assert.equal(
    [name, tasks.map((task) => [task.name, task.image])],
    [
      'two',
      [
        ['a', 'x:latest'],
        ['c', 'x:9'],
      ],
    ],
  )
})

test('paths of later files start in the folder of the first one', () => {
  const files = {
    'a.yaml': 'services: {a: {image: x}}',
    'more/b.yaml': 'services: {a: {volumes: ["./w:/w"], env_file: a.env}}',
    'a.env': 'A=1',
  }
  const [a] = jobOf(files, ['a.yaml', 'more/b.yaml']).tasks
  assert.equal([a?.volumes?.[0]?.source, a?.env], ['/srv/shop/w', { A: '1' }])
})

test('a service that extends that of a file elsewhere takes paths from there', () => {
  const files = {
    'a.yaml': 'services: {a: {extends: {file: lib/base.yaml, service: base}}}',
    'lib/base.yaml':
      'services: {base: {extends: {file: ../root.yaml, service: r}, volumes: ["./w:/w"], env_file: [b.env]}}',
    'root.yaml': 'services: {r: {image: "r:${TAG}", volumes: ["./w:/w", "./v:/v"]}}',
    'lib/b.env': 'B=2',
  }
  const [a] = jobOf(files).tasks
  assert.equal(
    [a?.image, a?.env, a?.volumes?.map(({ source }) => source)],
    ['r:9', { B: '2' }, ['/srv/shop/lib/w', '/srv/shop/v']],
  )
})

const DB =
  'services: {db: {image: "db:${V:-1}", volumes: ["data:/d", "./init:/i"], env_file: db.env, environment: [V]}}\nvolumes: {data: }'

test('what is included stands beside what there is, with paths and variables of its own folder', () => {
  const files = {
    'a.yaml': 'include: [db/compose.yaml]\nservices: {a: {image: x, depends_on: [db]}}',
    'db/compose.yaml': `name: other\n${DB}`,
    'db/.env': 'V=2\nTAG=1',
    'db/db.env': 'E=5',
  }
  const { name, tasks } = jobOf(files)
  const db = tasks.find((task) => task.name === 'db')
  assert.equal([name, tasks.length, db?.image, db?.env], ['shop', 2, 'db:2', { E: '5', V: '2' }])
  assert.equal(
    db?.volumes?.map(({ source }) => source),
    ['shop_data', '/srv/shop/db/init'],
  )
})

test('an include may name several files that are merged, their folder, and their variables, of which those outside come first', () => {
  const files = {
    'a.yaml': 'include: [{path: [db/compose.yaml, over.yaml], project_directory: run, env_file: [one.env, two.env]}]',
    'db/compose.yaml': DB,
    'over.yaml': 'services: {db: {labels: {tag: "$TAG", v: "$V"}}}',
    'one.env': 'V=3\nTAG=3',
    'two.env': 'V=4',
    'run/db.env': 'E=6',
    'db/.env': 'V=5',
  }
  const [db] = jobOf(files).tasks
  assert.equal([db?.image, db?.labels, db?.env], ['db:4', { tag: '9', v: '4' }, { E: '6', V: '4' }])
  assert.equal(db?.volumes?.[1]?.source, '/srv/shop/run/init')
})

test('what is included may include, and the same twice; a file that is merged later may change it', () => {
  const files = {
    'a.yaml': 'include: [b/b.yaml, c.yaml]',
    'b/b.yaml': 'include: [../c.yaml]\nservices: {b: {image: b}}',
    'c.yaml': 'services: {c: {image: c, labels: {a: 1}}}',
    'over.yaml': 'services: {c: {image: d}}',
  }
  const shown = (names: readonly string[]) => jobOf(files, names).tasks.map(({ name, image }) => `${name} ${image}`)
  assert.equal([...shown(['a.yaml'])].sort(), ['b b:latest', 'c c:latest'])
  assert.equal(shown(['a.yaml', 'over.yaml']).includes('c d:latest'), true)
})

const X = 'services: {a: {image: x}}'

/** Files that are refused, the first of them being submitted: where, and in what words. */
const REFUSED: readonly (readonly [what: string, files: Files, where: string, phrase: string])[] = [
  [
    'a file that is not there',
    { f: 'include: [sub/a.yaml]' },
    'f:1:11 include[0]',
    'sub/a.yaml: there is no such file',
  ],
  ['no list', { f: 'include: a.yaml\nservices: {}' }, 'f:1:10 include', 'expected a list of Compose files'],
  ['no path', { f: 'include: [{env_file: x}]' }, 'f:1:11 include[0]', 'expected the path'],
  ['a slip', { f: 'include: [{path: a, envfile: x}]', a: X }, 'include[0].envfile', 'did you mean `env_file`?'],
  ['files of others', { f: 'include: ["https://x.example/a.yaml"]' }, 'include[0]', 'fetch it'],
  [
    'env files that are not there',
    { f: 'include: [{path: a, env_file: [no]}]', a: X },
    'include[0].env_file[0]',
    'no: there',
  ],
  ['no variables', { f: 'include: [{path: a, env_file: e}]', a: X, e: '=' }, 'include[0].env_file', 'e: line 1 is not'],
  ['itself', { f: 'include: [f]' }, 'f:1:11 include[0]', 'in a circle: f → f'],
  [
    'a circle',
    { f: 'include: [d/a]', 'd/a': 'include: [b]', 'd/b': 'include: [../d/a]' },
    'd/b:1:11',
    'd/a → d/b → d/a',
  ],
  ['what cannot be read', { f: 'include: [d/a]', 'd/a': 'services: [' }, 'd/a:1:', 'not readable'],
  ['what is no map', { f: 'include: [d/a]', 'd/a': '[1]' }, 'd/a:1:1', 'expected a map with `services`'],
  [
    'mistakes',
    { f: 'include: [d/a]', 'd/a': 'services:\n  a: {image: x, comand: y}' },
    'd/a:2:25 services.a.comand',
    'did you mean',
  ],
  ['no Compose', { f: 'include: [d/a]', 'd/a': 'name: a\ntasks: []' }, 'd/a:2:8', 'this is a job file'],
  [
    'another job',
    { f: 'include: [d/a]', 'd/a': `x-ork: {priority: 1}\n${X}` },
    'd/a:1:8 x-ork',
    'cannot say what its job',
  ],
  [
    'another of the same name',
    { f: 'include: [d/a]\nservices: {a: {image: y}}', 'd/a': X },
    'f:2:12 services.a',
    'd/a:1:',
  ],
  ['two of one name', { f: 'include: [a, b]', a: X, b: 'services: {a: {image: z}}' }, 'services.a', 'b:1:'],
]

for (const [what, files, where, phrase] of REFUSED) {
  test(`a Compose file is refused for including ${what}`, () => {
    const errors = errorsOf(files)
    assert.ok(
      errors.some((line) => line.includes(where) && line.includes(phrase)),
      `no "${phrase}" at ${where} in:\n${errors.join('\n')}`,
    )
  })
}

test('a mistake is told with the file that it is in', () => {
  const files = {
    'a.yaml': 'services: {a: {image: x, scale: many}}',
    'o/b.yaml': 'services:\n  a:\n    stop_signal: 9\n',
  }
  const errors = errorsOf(files, ['a.yaml', 'o/b.yaml']).join('\n')
  assert.match(errors, 'a.yaml:1:33 services.a.scale')
  assert.match(errors, 'o/b.yaml:3:18 services.a.stop_signal')
})

test('job files are not merged, and that is all that is said', () => {
  const job = 'name: a\nkind: service\ntasks: [{name: b, image: x}]'
  const errors = errorsOf({ 'a.yaml': job, 'b.yaml': X }, ['a.yaml', 'b.yaml'])
  assert.equal(errors, ['a.yaml:3:8: this is a job file, no Compose file\n  submit it by itself'])
})

test('files that include others twice over come to an end', () => {
  const files: Record<string, string> = {}
  for (let level = 0; level < 12; level += 1) files[`f${level}`] = `include: [f${level + 1}, {path: f${level + 1}}]`
  files.f12 = X
  const errors = errorsOf(files)
  assert.is(errors.length, 1)
  assert.match(errors[0] ?? '', 'more than 100 files are included')
})

test('a file is known as Compose by what it includes, and by tags of its own', () => {
  assert.ok(isCompose('include: [a.yaml]'))
  assert.ok(isCompose('services: {a: {ports: !reset []}}'))
  assert.not.ok(isCompose('services: {a: {ports: !other []}}'))
})

test.run()
