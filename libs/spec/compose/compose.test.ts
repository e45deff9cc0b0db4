import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { renderError } from '#libs/kernel'
import type { JobSpec, TaskSpec } from '../model'
import { parseJobFile } from '../parse'
import { sameSpec } from '../same'
import { type ComposeOptions, type Converted, convertCompose, isCompose } from './convert'

const FILES: Readonly<Record<string, string>> = {
  '.env': 'TAG=1.27\nEMPTY=\n',
  'app.env': 'COLOUR=blue\n',
  'base.yaml': 'services: {base: {image: "base:${TAG}", environment: [A=1, B=2], ports: ["80"]}}\n',
}

const read = (path: string): E.Either<string, string> => {
  const text = FILES[path.replace(/^.*\//, '')]
  return text === undefined ? E.left('there is no such file') : E.right(text)
}

const convert = (text: string, options: ComposeOptions = {}): E.Either<readonly string[], Converted> =>
  E.mapLeft((errors: Parameters<typeof renderError>[0][]) => errors.map(renderError))(
    convertCompose([{ name: 'f', text }], { folder: '/srv/Shop', read, ...options }) as E.Either<
      Parameters<typeof renderError>[0][],
      Converted
    >,
  )

const converted = (text: string, options: ComposeOptions = {}): Converted => {
  const result = convert(text, options)
  if (E.isLeft(result)) throw new Error(result.left.join('\n'))
  return result.right
}

const jobOf = (text: string, options: ComposeOptions = {}): JobSpec => {
  const [job] = converted(text, options).jobs
  if (job === undefined) throw new Error('no job came of it')
  return job
}

const service = (rest: string, top = ''): string => `services:\n  a:\n    image: x:1\n    ${rest}\n${top}`

const task = (rest: string, top = '', options: ComposeOptions = {}): TaskSpec => {
  const [first] = jobOf(service(rest, top), options).tasks
  if (first === undefined) throw new Error('no task came of it')
  return first
}

test('a Compose file is known by its services', () => {
  assert.ok(isCompose('services: {a: {image: x}}'))
  assert.not.ok(isCompose('name: a\ntasks: []'))
  assert.not.ok(isCompose('services: []'))
  assert.not.ok(isCompose('['))
})

test('the project is named by the file, or by its folder', () => {
  assert.is(jobOf('name: shop\nservices: {a: {image: x}}').name, 'shop')
  assert.is(jobOf('services: {a: {image: x}}').name, 'shop')
})

/** What a service says, and what of it the task has. */
const CARRIED: readonly (readonly [string, Partial<TaskSpec>])[] = [
  ['command: serve --name "my api" \'$$5\'', { args: ['serve', '--name', 'my api', '$5'] }],
  ['command: [a, "${ork.index}"]', { args: ['a', '${ork.index}'] }],
  ['entrypoint: /bin/run -x', { command: ['/bin/run', '-x'] }],
  ['environment: [A=1=2, B=]', { env: { A: '1=2', B: '' } }],
  ['environment: {A: 1.10, B: true}', { env: { A: '1.10', B: 'true' } }],
  ['env_file: app.env', { env: { COLOUR: 'blue' } }],
  ['env_file: [{path: ./app.env}]', { env: { COLOUR: 'blue' } }],
  ['env_file: [app.env, {path: no.env, required: false}]', { env: { COLOUR: 'blue' } }],
  ['stop_grace_period: 1m30s\n    stop_signal: SIGINT', { stop: { signal: 'SIGINT', graceMs: 90_000 } }],
  ['user: 1000:1000', { user: '1000:1000' }],
  ['working_dir: /app\n    read_only: true', { workingDir: '/app', readOnly: true }],
  ['cap_drop: [ALL]\n    cap_add: [NET_ADMIN]', { capabilities: { add: ['NET_ADMIN'], drop: ['ALL'] } }],
  ['dns: 10.0.0.2\n    dns_search: [a.example]', { dns: { servers: ['10.0.0.2'], search: ['a.example'] } }],
  ['extra_hosts: ["db:10.0.0.1", "me=host-gateway"]', { extraHosts: { db: '10.0.0.1', me: 'host-gateway' } }],
  ['shm_size: 64m\n    pids_limit: 10', { shmSizeBytes: 2 ** 26, pidsLimit: 10 }],
  [
    'ulimits: {nofile: 5, core: {soft: 1, hard: 2}}',
    { ulimits: { nofile: { soft: 5, hard: 5 }, core: { soft: 1, hard: 2 } } },
  ],
  ['logging: {options: {max-file: 3}}', { log: { driver: 'json-file', options: { 'max-file': '3' } } }],
  ['labels: [a=b, c]', { labels: { a: 'b', c: '' } }],
  ['pull_policy: always', { pullPolicy: 'always' }],
  ['tmpfs: "/tmp:size=64m"', { volumes: [{ type: 'tmpfs', target: '/tmp', sizeBytes: 2 ** 26 }] }],
  ['volumes: ["./w:/w:ro"]', { volumes: [{ type: 'bind', source: '/srv/Shop/w', target: '/w', readOnly: true }] }],
  [
    'healthcheck: {disable: true}',
    {
      health: {
        disable: true,
        intervalMs: 10_000,
        timeoutMs: 3_000,
        retries: 3,
        startPeriodMs: 0,
        successThreshold: 1,
      },
    },
  ],
  [
    'healthcheck: {test: "true", interval: 5s, start_period: 1m}',
    {
      health: {
        command: ['/bin/sh', '-c', 'true'],
        intervalMs: 5_000,
        timeoutMs: 30_000,
        retries: 3,
        startPeriodMs: 60_000,
        successThreshold: 1,
      },
    },
  ],
  ['scale: 3', { replicas: 3 }],
  ['deploy: {replicas: "${N:-2}"}', { replicas: 2 }],
  ['network_mode: bridge', {}],
]

for (const [said, expected] of CARRIED) {
  test(`Compose's ${said.split('\n')[0]} is carried over`, () => {
    const found = task(said) as unknown as Readonly<Record<string, unknown>>
    for (const [field, value] of Object.entries(expected)) assert.equal(found[field], value)
  })
}

test('ports keep their hosts, ranges are spread or chosen from', () => {
  const { ports } = task('ports: ["80", "8080:81/udp", "9000-9001:90-91", "7000-7009:70", {target: 5, published: "6"}]')
  const shown = ports.map(({ port, hostPort, hostPortRange, protocol }) => [
    port,
    hostPort,
    hostPortRange?.to,
    protocol,
  ])
  assert.equal(shown, [
    [80, 0, undefined, 'tcp'],
    [81, 8080, undefined, 'udp'],
    [90, 9000, undefined, 'tcp'],
    [91, 9001, undefined, 'tcp'],
    [70, 0, 7009, 'tcp'],
    [5, 6, undefined, 'tcp'],
  ])
})

test('volumes and networks are named as Compose names them, unless the file does', () => {
  const top = 'volumes: {d: , e: {name: mine}, f: {external: true}}\nnetworks: {back: , own: {name: shared}}'
  const found = task(
    'volumes: ["d:/d", "e:/e", "ff:/f"]\n    networks: {back: , own: }'.replace('ff', 'f1'),
    top.replace('f:', 'f1:'),
  )
  assert.equal(
    found.volumes?.map(({ source }) => source),
    ['shop_d', 'mine', 'f1'],
  )
  assert.equal(found.networks, ['shop-back', 'shared'])
  assert.equal(task('init: true').networks, ['shop-default'])
})

test('memory that is reserved is kept free, the limit may be more', () => {
  const limits = 'limits: {cpus: "0.5", memory: 1g}'
  const { resources } = task(`deploy: {resources: {${limits}, reservations: {memory: 512M}}}`)
  assert.is(resources.cpuMilli, 500)
  assert.is(resources.memoryBytes, 2 ** 29)
  assert.is(resources.memoryLimitBytes, 2 ** 30)
  assert.is(task('mem_limit: 100m').resources.memoryBytes, 100 * 2 ** 20)
})

test('an update and what follows its failure', () => {
  const config = '{order: start-first, parallelism: 0, failure_action: rollback, monitor: 5s}'
  const { update } = task(`deploy: {replicas: 4, update_config: ${config}}`)
  assert.is(update?.order, 'start-first')
  assert.is(update?.maxParallel, 4)
  assert.is(update?.minHealthyMs, 5_000)
  assert.is(update?.autoRevert, true)
})

test('restart in either place', () => {
  assert.is(task('restart: unless-stopped').restart.policy, 'always')
  assert.is(task('restart: on-failure:7').restart.attempts, 7)
  assert.is(task('restart: "no"').restart.policy, 'never')
  const { restart } = task('deploy: {restart_policy: {condition: on-failure, delay: 3s, max_attempts: 2, window: 9s}}')
  assert.equal([restart.policy, restart.delayMs, restart.attempts, restart.resetAfterMs], ['on-failure', 3000, 2, 9000])
})

test('services wait for one another by the conditions of ork', () => {
  const text =
    'services: {a: {image: x, depends_on: {b: {condition: service_healthy}, c: {condition: service_started}}}, b: {image: x}, c: {image: x, depends_on: [b]}}'
  const [a, , c] = jobOf(text).tasks
  assert.equal(a?.dependsOn, { b: 'healthy', c: 'started' })
  assert.equal(c?.dependsOn, { b: 'started' })
})

test('what a worker must be like is a constraint', () => {
  const { constraints } = task('deploy: {placement: {constraints: [node.labels.zone == a, node.hostname != b]}}')
  assert.equal(constraints, [
    { attribute: 'label.zone', operator: '=', value: 'a' },
    { attribute: 'host', operator: '!=', value: 'b' },
  ])
})

test('what it is spread over is carried over, and one replica on each node is distinctWorkers', () => {
  const { spread, distinctWorkers } = task(
    'deploy: {placement: {preferences: [{spread: node.labels.zone}], max_replicas_per_node: 1}}',
  )
  assert.equal([spread, distinctWorkers], [[{ attribute: 'label.zone', weight: 50 }], true])
})

test('variables come from the environment, then from .env, with defaults, alternatives and nesting', () => {
  const env = { environment: { X: 'x', EMPTY: '' } }
  const value = (text: string): string | undefined => task(`environment: {V: "${text}"}`, '', env).env.V
  assert.is(value('$X-${X}-$$X'), 'x-x-$X')
  assert.is(value('${TAG}'), '1.27')
  assert.is(value('${NO:-d}${EMPTY:-e}${EMPTY-f}'), 'de')
  assert.is(value('${X:+set}${NO+set}'), 'set')
  assert.is(value('${NO:-${X:-y}}'), 'x')
  assert.is(value('${NO}'), '')
})

test('a service extends another, of its file or of one beside', () => {
  const here =
    'services: {b: {image: x, environment: {A: 1, B: 2}, command: [b], cap_add: [KILL]}, a: {extends: b, environment: {B: 3}, command: [a], cap_add: [CHOWN]}}'
  const [, a] = jobOf(here).tasks
  assert.equal([a?.image, a?.env, a?.args], ['x:latest', { A: '1', B: '3' }, ['a']])
  assert.equal(a?.capabilities?.add, ['KILL', 'CHOWN'])
  const [there] = jobOf('services: {a: {extends: {file: base.yaml, service: base}, environment: [B=3]}}').tasks
  assert.equal([there?.image, there?.env, there?.ports.length], ['base:1.27', { A: '1', B: '3' }, 1])
})

test('services of profiles that are not asked for stay away', () => {
  const text = 'services: {a: {image: x}, b: {image: x, profiles: [debug]}}'
  const names = (options: ComposeOptions): readonly string[] => jobOf(text, options).tasks.map(({ name }) => name)
  assert.equal(names({}), ['a'])
  assert.equal(names({ profiles: ['debug'] }), ['a', 'b'])
  assert.equal(names({ environment: { COMPOSE_PROFILES: 'x,debug' } }), ['a', 'b'])
})

test('a service that runs otherwise is a job by itself', () => {
  const text = 'services: {a: {image: x}, b: {image: x, deploy: {mode: replicated-job, replicas: 2}}}'
  const { jobs } = converted(text)
  assert.equal(
    jobs.map(({ name, kind }) => [name, kind]),
    [
      ['shop', 'service'],
      ['shop-b', 'batch'],
    ],
  )
})

test('x-ork says what Compose has no word for, of a task, of its job and of the project', () => {
  const text =
    'x-ork: {priority: 80}\nservices: {a: {image: x, x-ork: {onDisconnect: stop}}, b: {image: x, x-ork: {job: {kind: batch, priority: 9}}}}'
  const [shop, b] = converted(text).jobs
  assert.equal([shop?.priority, shop?.tasks[0]?.onDisconnect], [80, 'stop'])
  assert.equal([b?.name, b?.kind, b?.priority], ['shop-b', 'batch', 9])
})

test('anchors, merge keys and extensions of others are read', () => {
  const text = 'x-base: &base {image: "x:2", init: true}\nservices: {a: {<<: *base, x-other: 1}}'
  const [a] = jobOf(text).tasks
  assert.equal([a?.image, a?.init], ['x:2', true])
})

test('the job files that come of it are the same jobs', () => {
  const { jobs, files } = converted(
    service('environment: {A: 1.10, B: "${N:-3}"}\n    ports: ["80"]\n    mem_limit: 1g'),
  )
  files.forEach((file, index) => {
    const [job, again] = [jobs[index], parseJobFile(file, 'f')]
    assert.ok(job !== undefined && E.isRight(again) && sameSpec(again.right, job), file)
  })
})

/** What is refused, where, and in what words. */
const REFUSED: readonly (readonly [what: string, text: string, where: string, phrase: string])[] = [
  ['a service that is a text', 'services: {a: x}', 'f:1:15 services.a', 'expected a service'],
  ['no service at all', 'services: {}', 'f:1:11 services', 'there is no service in it'],
  ['services of profiles alone', 'services: {a: {image: x, profiles: [p]}}', 'f:1:11 services', 'no service is left'],
  ['an unknown section', 'services: {a: {image: x}}\nfoo: 1', 'f:2:6 foo', 'no field of a Compose file'],
  ['an unknown field', service('replica: 2'), 'f:4:14 services.a.replica', 'no field of a service'],
  ['a slip in a field', service('comand: x'), 'f:4:13 services.a.comand', 'did you mean `command`?'],
  ['a service name with "_"', 'services: {a_b: {image: x}}', 'f:1:12 services.a_b', 'a name of a-z'],
  ['no image', 'services: {a: {init: true}}', 'services.a.image', '`image` is missing'],
  ['something to build', 'services: {a: {build: .}}', 'f:1:23 services.a.build', 'build and push it'],
  ['the whole machine', service('privileged: true'), 'f:4:17 services.a.privileged', 'cap_add'],
  ['the network of the machine', service('network_mode: host'), 'services.a.network_mode', 'no network mode'],
  ['the address of a port', service('ports: ["127.0.0.1:8:80"]'), 'services.a.ports[0]', 'leave it out'],
  ['a port that is none', service('ports: [http]'), 'services.a.ports[0]', 'expected a port'],
  ['replicas on one host port', service('scale: 2\n    ports: ["8:80"]'), 'services.a.ports[0]', 'cannot share'],
  ['an unknown volume', service('volumes: ["d:/d"]'), 'services.a.volumes[0]', 'there is no volume "d"'],
  ['a volume of nobody', service('volumes: [/data]'), 'services.a.volumes[0]', 'name it'],
  ['a mount of the machine', service('volumes: ["/:/host"]'), 'services.a.volumes[0]', 'the whole machine'],
  ['a mount of the engine', service('volumes: ["/var/run/docker.sock:/s"]'), 'services.a.volumes[0]', 'control over'],
  ['a way out of the folder', service('volumes: ["../../../proc:/p"]'), 'services.a.volumes[0]', '/proc gives control'],
  ['a volume of a driver', service('init: true', 'volumes: {d: {driver: nfs}}'), 'volumes.d.driver', 'of the worker'],
  ['an unknown network', service('networks: [back]'), 'services.a.networks[0]', 'there is no network "back"'],
  ['a network of others', service('networks: [b]', 'networks: {b: {external: true}}'), 'networks.b', "ork's own"],
  ['an alias', service('networks: {default: {aliases: [x]}}'), 'services.a.networks.default.aliases', 'its own name'],
  ['a secret with its text', service('secrets: [s]', 'secrets: {s: {file: ./s}}'), 'secrets.s', 'not sent along'],
  ['an unknown secret', service('secrets: [s]'), 'services.a.secrets[0]', 'there is no secret "s"'],
  [
    'half a health check',
    service('healthcheck: {interval: 1s}'),
    'services.a.healthcheck',
    'cannot be changed in part',
  ],
  ['a health check of no kind', service('healthcheck: {test: [curl]}'), 'services.a.healthcheck.test', '"CMD"'],
  ['a restart of no kind', service('restart: sometimes'), 'services.a.restart', 'unless-stopped'],
  [
    'an update that goes on',
    service('deploy: {update_config: {failure_action: continue}}'),
    'failure_action',
    'rollback',
  ],
  [
    'an unknown constraint',
    service('deploy: {placement: {constraints: [node.role == manager]}}'),
    'constraints[0]',
    'node.role',
  ],
  ['an unknown mode', service('deploy: {mode: some}'), 'services.a.deploy.mode', 'replicated-job'],
  ['a size in words', service('mem_limit: lots'), 'services.a.mem_limit', 'a size such as'],
  ['a duration in words', service('stop_grace_period: long'), 'services.a.stop_grace_period', 'a duration'],
  ['a signal by number', service('stop_signal: 9'), 'services.a.stop_signal', 'SIGTERM'],
  ['an open quote', service("command: 'a \"b'"), 'services.a.command', 'a command line'],
  ['a variable that must be set', service('user: "${NO:?who are you}"'), 'services.a.user', 'who are you'],
  ['an open variable', service('user: "${NO"'), 'services.a.user', 'does not end'],
  ['a dollar alone', service('command: "a $ b"'), 'services.a.command', 'write "$$"'],
  ['an env file that is not there', service('env_file: no.env'), 'services.a.env_file', 'no such file'],
  ['waiting for nobody', service('depends_on: [b]'), 'services.a.depends_on', 'no task "b"'],
  [
    'waiting in a circle',
    'services: {a: {image: x, depends_on: [b]}, b: {image: x, depends_on: [a]}}',
    'depends_on',
    'one another',
  ],
  [
    'a slip within a health check',
    service('healthcheck: {test: "true", intervall: 1s}'),
    'healthcheck.intervall',
    'did you mean `interval`?',
  ],
  [
    'a restart of who waits',
    service('depends_on: {a: {condition: service_started, restart: true}}'),
    'depends_on.a.restart',
    'nothing is made',
  ],
  [
    'how a mount spreads',
    service('volumes: [{type: bind, source: /srv, target: /x, bind: {propagation: rshared}}]'),
    'volumes[0].bind.propagation',
    'fields here: create_host_path',
  ],
  [
    'the owner of a secret',
    service('secrets: [{source: s, uid: "5"}]', 'secrets: {s: {external: true}}'),
    'secrets[0].uid',
    'nothing is made',
  ],
  [
    'a device by its id',
    service('deploy: {resources: {reservations: {devices: [{capabilities: [gpu], device_ids: ["0"]}]}}}'),
    'devices[0].device_ids',
    'nothing is made',
  ],
  [
    'a network over many machines',
    service('networks: [b]', 'networks: {b: {driver: overlay}}'),
    'networks.b.driver',
    'do not meet',
  ],
  [
    'a slip at a volume',
    service('volumes: ["d:/d"]', 'volumes: {d: {nme: x}}'),
    'volumes.d.nme',
    'did you mean `name`?',
  ],
  ['extending nobody', 'services: {a: {extends: b}}', 'services.a.extends', 'no service "b"'],
  ['extending in a circle', 'services: {a: {extends: b}, b: {extends: a}}', 'extends', 'in a circle'],
  [
    'extending a file that is not there',
    'services: {a: {extends: {file: no.yaml, service: x}}}',
    'extends.file',
    'no such',
  ],
  ['a repeated key', 'services: {a: {image: x, image: y}}', 'services.a.image', 'written twice'],
  ['a prototype key', 'services: {__proto__: {image: x}}', 'services.__proto__', 'not allowed'],
]

for (const [what, text, where, phrase] of REFUSED) {
  test(`a Compose file is refused for ${what}`, () => {
    const result = convert(text)
    if (E.isRight(result)) return assert.unreachable(result.right.files.join('---\n'))
    const told = result.left.join('\n')
    assert.ok(
      result.left.some((line) => line.includes(where) && line.includes(phrase)),
      `no "${phrase}" at ${where} in:\n${told}`,
    )
  })
}

test('a mistake that leaves no service is told alone', () => {
  const result = convert('services: {a: x}')
  assert.is(E.isLeft(result) && result.left.length, 1)
})

test('with lenient what cannot be carried over is left out and said', () => {
  const { jobs, warnings } = converted(service('privileged: true\n    tty: true'), { lenient: true })
  assert.is(jobs.length, 1)
  assert.equal(
    warnings.map(({ where }) => where),
    ['f:4:17 services.a.privileged', 'f:5:10 services.a.tty'],
  )
})

test.run()
