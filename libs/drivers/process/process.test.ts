import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Probe } from '#libs/spec'
import { ended, firstLine, listener, must, mustFail, onlyOne, readLogs, shellScript } from '../../testing/driver/tools'
import { driverContract } from '../../testing/driverContract'
import { type ContainerSpec, containerName } from '../port'
import { processDriver } from '.'

const dir = mkdtempSync(join(tmpdir(), 'ork-process-'))

const test = driverContract('process driver', {
  open: () => processDriver({ dir }),
  behaviour: (program) => ({ command: ['sh', '-c'], args: [shellScript(program)], env: {} }),
})

test.after(() => rmSync(dir, { recursive: true, force: true }))

const sh = (script: string) => ({ command: ['sh', '-c'], args: [script] })

/** What a worker does before it is killed, in a process of its own. */
const workerThatDies = (spec: ContainerSpec): string => `
  require(${JSON.stringify(join(__dirname, 'index.js'))}).processDriver(${JSON.stringify({ dir })})
    .run(${JSON.stringify(spec)}).then(() => process.kill(process.pid, 'SIGKILL'))`

test('keeps a process running whose worker was killed, and its exit code', async ({ driver, owner, spec }) => {
  const wanted = spec({ prints: ['ready'], runMs: 500, exitCode: 21 })
  const worker = spawn(process.execPath, ['-e', workerThatDies(wanted)], { stdio: 'inherit' })
  assert.equal(await once(worker, 'exit'), [null, 'SIGKILL'])
  assert.is((await onlyOne(driver, owner)).state, 'running')
  const heard = listener(driver, owner)
  try {
    await heard.seen(heard.of('Exited', wanted.ref))
    assert.is((await ended(driver, owner)).exit?.exitCode, 21)
  } finally {
    heard.close()
  }
})

test("takes a folder that a power cut left empty for nobody's", async ({ driver, owner, spec }) => {
  const wanted = spec({})
  await must(driver.run(wanted))
  await must(driver.stop(wanted.ref, 'SIGKILL', 0))
  writeFileSync(join(dir, containerName(wanted.ref), 'container.json'), '')
  assert.equal(await must(driver.list(owner)), [])
  assert.is((await must(driver.run(wanted))).state, 'running')
})

test('probes by HTTP, by TCP and by a command', async ({ driver, spec }) => {
  const http = { name: 'http', port: 80, hostPort: 0, protocol: 'tcp' as const }
  const server = `require('http').createServer((asked, answer) => {
    answer.statusCode = asked.url === '/health' && asked.headers.host === 'a.example' ? 204 : 503
    if (asked.url !== '/slow') answer.end()
  }).listen(process.env.PORT)`
  const wanted = spec({}, { command: [process.execPath, '-e', server], args: [], env: { WORD: 'yes' }, ports: [http] })
  const port = { name: 'http', port: 80 }
  const get = {
    tag: 'Http' as const,
    scheme: 'http' as const,
    port,
    path: '/health',
    status: null,
    headers: { Host: 'a.example' },
  }
  const probe = (one: Probe, ms = 30_000) => must(driver.probe(wanted.ref, one, ms))
  assert.equal(await probe({ tag: 'Tcp', port }), { ok: false, detail: 'its container does not run' })
  await must(driver.run(wanted))
  while (!(await probe({ tag: 'Tcp', port })).ok);
  assert.equal(await probe(get), { ok: true, detail: 'GET /health on port 80: status 204' })
  assert.is((await probe({ ...get, status: 200 })).ok, false)
  assert.equal(await probe({ ...get, path: '/' }), { ok: false, detail: 'GET / on port 80: status 503' })
  const late = await probe({ ...get, path: '/slow' }, 200)
  assert.equal(late, { ok: false, detail: 'GET /slow on port 80: no answer within 200ms' })
  const run = (script: string, ms?: number) => probe({ tag: 'Command', command: ['sh', '-c', script] }, ms)
  assert.is((await run('test "$WORD" = yes && test "$(basename "$PWD")" = work')).ok, true)
  assert.equal(await run('echo no such table; exit 3'), { ok: false, detail: 'sh: exit code 3: no such table' })
  assert.equal(await run('sleep 60', 200), { ok: false, detail: 'sh: has not ended within 200ms' })
  assert.is((await probe({ tag: 'Command', command: ['/no/such'] })).ok, false)
})

test('gives the environment and the ports to the process, not the secrets of the worker', async ({ driver, spec }) => {
  process.env.ORK_SECRET_OF_WORKER = 'hidden'
  const http = { name: 'http-api', port: 80, hostPort: 0, protocol: 'tcp' as const }
  const script = 'echo "$GREETING"; echo "$PORT $ORK_PORT_HTTP_API"; echo "<$ORK_SECRET_OF_WORKER>"; basename "$PWD"'
  const wanted = spec({}, { ...sh(script), env: { GREETING: 'a = "b c"' }, ports: [http] })
  const [port] = (await must(driver.run(wanted))).ports
  const lines = (await readLogs(driver, wanted.ref, { follow: true })).map(({ text }) => text)
  assert.equal(lines, ['a = "b c"', `${port?.hostPort} ${port?.hostPort}`, '<>', 'work'])
})

test('refuses a program that is not there, and leaves nothing of it', async ({ driver, owner, spec }) => {
  const error = await mustFail(driver.run(spec({}, { command: ['no-such-program'], args: [] })))
  assert.is(error.tag, 'Refused')
  assert.match(error.what, 'no-such-program')
  assert.equal(await must(driver.list(owner)), [])
})

test('takes a host port that is in use for trouble that may pass', async ({ driver, spec }) => {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const error = await mustFail(
    driver.run(spec({}, { ports: [{ name: 'a', port: 1, hostPort: port, protocol: 'tcp' }] })),
  )
  server.close()
  assert.is(error.tag, 'Failed')
  assert.match(error.what, String(port))
})

test('ends what a process left in the background when it ends', async ({ driver, owner, spec }) => {
  const wanted = spec({}, sh('sleep 1234 & echo $!; exit 4'))
  await must(driver.run(wanted))
  assert.is((await ended(driver, owner)).exit?.exitCode, 4)
  const [line] = await readLogs(driver, wanted.ref, {})
  for (let tries = 0; tries < 100 && isRunning(Number(line?.text)); tries += 1)
    await once(execFile('sleep', ['0.02']), 'exit')
  assert.not(isRunning(Number(line?.text)))
})

test('can be stopped with SIGINT', async ({ driver, spec }) => {
  const wanted = spec({}, { command: ['sleep', '100'], args: [] })
  await must(driver.run(wanted))
  assert.is((await must(driver.stop(wanted.ref, 'SIGINT', 5_000))).signal, 'SIGINT')
})

test('takes a process whose supervisor was killed as killed, and ends it', async ({ driver, owner, spec }) => {
  const wanted = spec({ prints: ['ready'] })
  await must(driver.run(wanted))
  const folder = join(dir, containerName(wanted.ref))
  const child = Number(readFileSync(join(folder, 'child'), 'utf8'))
  process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')), 'SIGKILL')
  assert.is((await ended(driver, owner)).exit?.signal, 'SIGKILL')
  for (let tries = 0; tries < 100 && isRunning(child); tries += 1) await once(execFile('sleep', ['0.02']), 'exit')
  assert.not(isRunning(child))
})

test('leaves no file of a removed container', async ({ driver, spec }) => {
  const wanted = spec({}, sh('while :; do echo x >"$(date +%N)"; done'))
  await must(driver.run(wanted))
  await must(driver.remove(wanted.ref))
  assert.equal(
    readdirSync(dir).filter((name) => name.includes(wanted.ref.job)),
    [],
  )
})

test('gives the last lines of a long log', async ({ driver, owner, spec }) => {
  const wanted = spec({}, sh('seq 1 50000'))
  await must(driver.run(wanted))
  await ended(driver, owner)
  const last = (await readLogs(driver, wanted.ref, { tail: 20_000 })).map(({ text }) => text)
  assert.is(last.length, 20_000)
  assert.is(last[0], '30001')
  assert.is((await readLogs(driver, wanted.ref, {})).length, 50_000)
})

test('a listing is not disturbed by removals that go on meanwhile', async ({ driver, owner, spec }) => {
  const wanted = Array.from({ length: 20 }, () => spec({}, sh('sleep 60')))
  await Promise.all(wanted.map((one) => must(driver.run(one))))
  let removing = true
  const removed = Promise.all(wanted.map((one) => must(driver.remove(one.ref)))).finally(() => (removing = false))
  while (removing) await must(driver.list(owner))
  await removed
  assert.equal(await must(driver.list(owner)), [])
})

test('measures CPU since the call before', async ({ driver, owner, spec }) => {
  // Work of a certain size, which then says how much of a CPU's time it took: that is the same however busy the machine is.
  const go = join(dir, 'go')
  const work = 'i=0; while [ $i -lt 500000 ]; do i=$((i + 1)); done; times'
  const wanted = spec({}, sh(`until [ -e ${go} ]; do sleep 0.1; done; ${work}; sleep 60`))
  await must(driver.run(wanted))
  const from = performance.now()
  await must(driver.usage(owner))
  writeFileSync(go, '')
  const [told] = await Promise.all([firstLine(driver, wanted.ref), once(execFile('sleep', ['0.6']), 'exit')])
  const [usage] = await must(driver.usage(owner))
  const seconds = Number(/^0m([\d.]+)s/.exec(told)?.[1])
  const least = (seconds / (performance.now() - from)) * 1_000_000
  assert.ok(least > 0 && (usage?.cpuMilli ?? 0) > least * 0.8, `${usage?.cpuMilli} of at least ${least}`)
})

const isRunning = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.startsWith('Z') === false
  } catch {
    return false
  }
}

test.run()
