import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Config, Parser } from '@oclif/core'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'

type Service = {
  readonly image: string
  readonly command: readonly string[]
  readonly hostname: string
  readonly user?: string
  readonly environment: Readonly<Record<string, string>>
  readonly volumes?: readonly string[]
  readonly ports?: readonly string[]
  readonly healthcheck: { readonly test: readonly string[]; readonly timeout: string }
  readonly build?: { readonly context: string; readonly dockerfile: string }
}
type Compose = {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
}

const ROOT = join(__dirname, '..', '..')
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8')
/** As compose reads it where no variable is set. */
const interpolated = (text: string): string => text.replace(/\$\{\w+:-([^}]*)\}/g, '$1').replaceAll('$$', '$')
const file = parse(interpolated(read('docker-compose.yml')), { merge: true }) as Compose
const { services, volumes } = file

const named = (start: string): readonly (readonly [string, Service])[] =>
  Object.entries(services).filter(([name]) => name.startsWith(start))
const servers = named('nats-')
const orks = Object.entries(services).filter(([name]) => !name.startsWith('nats-'))
/** `[source, target]` of what a service mounts. */
const mounts = (service: Service): readonly (readonly string[])[] =>
  (service.volumes ?? []).map((volume) => volume.split(':'))

type Call = { readonly seconds: number; readonly words: readonly string[] }

/** Each `timeout SECONDS ork WORDS` in a shell line; what is asked there has no blanks in it. */
const orkCalls = (line: string): readonly Call[] =>
  [...line.matchAll(/\btimeout (\d+) ork ([^|]+)/g)].map(([, seconds, words = '']) => ({
    seconds: Number(seconds),
    words: words.trim().split(/\s+/),
  }))

/** Parses as `ork` would; rejects where it would refuse. Resolves to the variables that its flags may come from. */
const parseCommandLine = async ([id = '', ...argv]: readonly string[]): Promise<readonly string[]> => {
  const config = await Config.load({ root: ROOT, ignoreManifest: true })
  const { flags: own, baseFlags, args } = await config.findCommand(id, { must: true }).load()
  const flags = { ...baseFlags, ...own }
  await Parser.parse(argv, { flags, args, strict: true })
  return Object.values(flags).flatMap(({ env }) => (env === undefined ? [] : [env]))
}

test('Compose 1.29, that of Debian 12, knows every key at the top', () => {
  const keys = Object.keys(file).filter((key) => !key.startsWith('x-'))
  assert.equal(keys, ['services', 'volumes'])
})

test('there are three nats-servers, two managers, two schedulers and a worker', () => {
  const counts = ['nats-', 'manager-', 'scheduler-', 'worker-'].map((role) => named(role).length)
  assert.equal(counts, [3, 2, 2, 1])
  assert.is(Object.keys(services).length, 8)
})

test('each nats-server gives its configuration the variables that it names, and no others', () => {
  const wanted = [...new Set([...read('nats/cluster/server.conf').matchAll(/\$(\w+)/g)].map(([, name]) => name))]
  for (const [name, { environment, command, ...server }] of servers) {
    assert.equal(Object.keys(environment).sort(), wanted.sort(), name)
    const [file, inside] =
      mounts({ environment, command, ...server }).find(([source]) => source?.startsWith('./')) ?? []
    assert.ok(file !== undefined && existsSync(join(ROOT, file)), `${name} mounts ${file}`)
    assert.ok(inside !== undefined && command.includes(inside), `${name} is started on ${inside}`)
  }
})

test('each nats-server is known to all by its own name, and keeps its log in its own volume', () => {
  for (const [name, server] of servers) {
    assert.is(server.environment.ORK_NATS_NAME, name)
    assert.equal(
      JSON.parse(server.environment.ORK_NATS_ROUTES ?? ''),
      servers.map(([one]) => `nats://${one}:6222`),
    )
    assert.ok(mounts(server).some(([volume, path]) => volume === name && path === server.environment.ORK_NATS_STORE))
  }
})

test('what listens on this machine listens on 127.0.0.1 alone, each on a port of its own', () => {
  const ports = Object.values(services).flatMap((service) => service.ports ?? [])
  assert.equal(ports, ['127.0.0.1:4222:4222', '127.0.0.1:4223:4222', '127.0.0.1:4224:4222'])
})

test('every command is one that ork takes, and every variable one that it reads', async () => {
  for (const [name, { command, environment }] of orks) {
    assert.is(command[0], name.replace(/-\d$/, ''))
    const known = await parseCommandLine(command)
    for (const variable of Object.keys(environment)) assert.ok(known.includes(variable), `${name}: ${variable}`)
  }
})

test('every service has a name of its own in its role, and is told of all servers and three replicas', () => {
  assert.is(new Set(Object.values(services).map(({ hostname }) => hostname)).size, Object.keys(services).length)
  for (const [, { environment }] of orks) {
    assert.is(environment.ORK_NATS_URL, servers.map(([name]) => `nats://${name}:4222`).join(','))
    assert.is(environment.ORK_REPLICAS, '3')
  }
})

test('every health check asks with a command that ork takes, and ends it before the engine would give it up', async () => {
  for (const [name, { healthcheck }] of orks) {
    const [call, ...more] = orkCalls(healthcheck.test[1] ?? '')
    if (call === undefined || more.length > 0) return assert.unreachable(`${name} asks ${healthcheck.test[1]}`)
    await parseCommandLine(call.words)
    assert.ok(call.seconds < Number(/^(\d+)s$/.exec(healthcheck.timeout)?.[1]), name)
  }
})

test('a command that ork does not take would be noticed', async () => {
  for (const wrong of [['manager', '--nmae', 'm1'], ['foreman'], ['worker', 'w1', 'w2']]) {
    const refused = await parseCommandLine(wrong).then(
      () => false,
      () => true,
    )
    assert.ok(refused, wrong.join(' '))
  }
})

test('only the worker has the engine and is root; what it keeps lies in its volume', () => {
  for (const [name, service] of orks) {
    const isWorker = name.startsWith('worker-')
    assert.is(service.user, isWorker ? 'root' : undefined)
    assert.is(
      mounts(service).some(([source]) => source?.endsWith('docker.sock')),
      isWorker,
    )
    if (!isWorker) continue
    const data = service.command[service.command.indexOf('--data') + 1]
    assert.ok(mounts(service).some(([volume, path]) => volume === name && path === data))
  }
})

test('every volume that is mounted is declared, and the other way round', () => {
  const mounted = Object.values(services).flatMap((service) => mounts(service).map(([source = '']) => source))
  const byName = mounted.filter((source) => !/^[./]/.test(source))
  assert.equal(byName.sort(), Object.keys(volumes).sort())
})

test('the image is built from files that are there and are sent to the builder', () => {
  const sent = read('.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1))
  for (const path of sent) assert.ok(existsSync(join(ROOT, path)), `.dockerignore names ${path}`)
  for (const [, { build }] of orks) assert.ok(build !== undefined && existsSync(join(ROOT, build.dockerfile)))
  const steps = read('services/Dockerfile').split('\n')
  const copied = steps
    .filter((line) => line.startsWith('COPY ') && !line.includes('--from=') && line !== 'COPY . .')
    .flatMap((line) => line.split(' ').slice(1, -1))
  assert.ok(copied.length > 0)
  for (const path of copied)
    assert.ok(sent.includes(path), `the Dockerfile copies ${path}, .dockerignore holds it back`)
})

const composes = [['docker', 'compose'], ['docker-compose']]
const compose = composes.find(([program = '', ...args]) => spawnSync(program, [...args, 'version']).status === 0)

const validates = 'docker compose takes the file'
if (compose === undefined) test.skip(`${validates} (there is none here)`)
else {
  test(validates, () => {
    const [program = '', ...args] = compose
    const file = join(ROOT, 'docker-compose.yml')
    const { status, stderr } = spawnSync(program, [...args, '-f', file, 'config', '-q'], { encoding: 'utf8' })
    assert.is(status, 0, stderr)
  })
}

test.run()
