import Docker from 'dockerode'
import * as assert from 'uvu/assert'
import { NO_RESOURCES } from '#libs/kernel'
import { ensureTestImage } from '#libs/testing'
import { listener, must, mustFail, onlyOne, readLogs, shellScript } from '../../testing/driver/tools'
import { driverContract } from '../../testing/driverContract'
import { containerName } from '../port'
import { dockerDriver } from '.'
import { networkName } from './networks'

const socketPath = process.env.ORK_TEST_DOCKER_SOCKET ?? '/var/run/docker.sock'
const engine = new Docker({ socketPath })
let image = ''

const test = driverContract('docker driver', {
  open: () => dockerDriver({ socketPath }),
  behaviour: (program) => ({ image, command: ['sh', '-c'], args: [shellScript(program)], env: {} }),
})

test.before(async () => {
  image = await ensureTestImage(engine)
})

const sh = (script: string) => ({ command: ['sh', '-c'], args: [script] })

test('gives the container its CPU and memory limits, and no swap', async ({ driver, spec }) => {
  const wanted = spec({}, { resources: { cpuMilli: 250, memoryBytes: 64 << 20, diskBytes: 0 } })
  await must(driver.run(wanted))
  const { HostConfig } = await engine.getContainer(containerName(wanted.ref)).inspect()
  assert.is(HostConfig.NanoCpus, 250e6)
  assert.is(HostConfig.Memory, 64 << 20)
  assert.is(HostConfig.MemorySwap, 64 << 20)
  assert.is(HostConfig.RestartPolicy?.Name, 'no')
})

test('says that the kernel killed a container for its memory', async ({ driver, owner, spec }) => {
  const heard = listener(driver, owner)
  try {
    await heard.seen(({ tag }) => tag === 'Resync')
    const resources = { ...NO_RESOURCES, memoryBytes: 16 << 20 }
    const wanted = spec({}, { ...sh('exec tail -f /dev/zero'), resources })
    await must(driver.run(wanted))
    const exited = await heard.seen(heard.of('Exited', wanted.ref))
    assert.equal(exited.tag === 'Exited' && exited.exit, { exitCode: 137, signal: 'SIGKILL', oomKilled: true })
    assert.is((await onlyOne(driver, owner)).exit?.oomKilled, true)
  } finally {
    heard.close()
  }
})

test('gives the environment to the container', async ({ driver, spec }) => {
  const wanted = spec({}, { ...sh('echo "$GREETING"'), env: { GREETING: 'a = "b c"' } })
  await must(driver.run(wanted))
  const lines = await readLogs(driver, wanted.ref, { follow: true })
  assert.is(lines[0]?.text, 'a = "b c"')
  assert.match(lines[0]?.time ?? '', /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
})

test('joins a line that the engine keeps in pieces', async ({ driver, spec }) => {
  const wanted = spec({}, sh('head -c 50000 /dev/zero | tr "\\0" x; echo; echo end'))
  await must(driver.run(wanted))
  const texts = (await readLogs(driver, wanted.ref, { follow: true })).map(({ text }) => text)
  assert.equal(texts, ['x'.repeat(50_000), 'end'])
})

test('has the image, and not another', async ({ driver }) => {
  assert.is(await must(driver.hasImage(image)), true)
  assert.is(await must(driver.hasImage('ork-test/nothing:1')), false)
})

test('says which image is missing', async ({ driver, owner, spec }) => {
  const error = await mustFail(driver.run(spec({}, { image: 'ork-test/nothing:1' })))
  assert.is(error.tag, 'ImageMissing')
  assert.match(error.what, 'ork-test/nothing:1')
  assert.equal(await must(driver.list(owner)), [])
})

test('takes a registry that cannot be reached for trouble that may pass', async ({ driver }) => {
  const error = await mustFail(driver.pull('127.0.0.1:1/ork-test/nothing:1', () => undefined))
  assert.is(error.tag, 'Failed')
  assert.match(error.what, '127.0.0.1:1/ork-test/nothing:1')
})

test('refuses a command that is not in the image, and leaves nothing of it', async ({ driver, owner, spec }) => {
  const heard = listener(driver, owner)
  try {
    await heard.seen(({ tag }) => tag === 'Resync')
    const error = await mustFail(driver.run(spec({}, { command: ['no-such-program'], args: [] })))
    assert.is(error.tag, 'Refused')
    assert.match(error.what, 'no-such-program')
    assert.equal(await must(driver.list(owner)), [])
    await heard.seen(({ tag }) => tag === 'Removed')
    assert.equal(
      heard.events.filter(({ tag }) => tag === 'Exited'),
      [],
    )
  } finally {
    heard.close()
  }
})

test('bounds the processes and the log of a container', async ({ driver, owner, spec }) => {
  await must(driver.run(spec({})))
  const { id } = await onlyOne(driver, owner)
  const { HostConfig } = await engine.getContainer(id).inspect()
  assert.equal(HostConfig.LogConfig, { Type: 'json-file', Config: { 'max-file': '3', 'max-size': '10m' } })
  assert.is(HostConfig.PidsLimit, 2_048)
})

test('takes a host port that is in use for trouble that may pass, and leaves nothing of it', async ({
  driver,
  owner,
  spec,
}) => {
  const http = { name: 'http', port: 8080, protocol: 'tcp' as const }
  const first = await must(driver.run(spec({}, { ports: [{ ...http, hostPort: 0 }] })))
  const hostPort = first.ports[0]?.hostPort ?? 0
  const error = await mustFail(driver.run(spec({}, { ports: [{ ...http, hostPort }] })))
  assert.is(error.tag, 'Failed')
  assert.match(error.what, String(hostPort))
  assert.is((await must(driver.list(owner))).length, 1)
})

test('publishes the host port that was asked for', async ({ driver, spec }) => {
  const ports = [{ name: 'http', port: 8080, hostPort: 0, protocol: 'tcp' as const }]
  const probe = spec({}, { ports })
  const hostPort = (await must(driver.run(probe))).ports[0]?.hostPort ?? 0
  await must(driver.remove(probe.ref))
  const wanted = spec(
    {},
    { ...sh('httpd -f -p 8080'), ports: [{ name: 'http', port: 8080, hostPort, protocol: 'tcp' }] },
  )
  assert.equal((await must(driver.run(wanted))).ports, [{ name: 'http', hostPort }])
  const { NetworkSettings } = await engine.getContainer(containerName(wanted.ref)).inspect()
  assert.is(NetworkSettings.Ports['8080/tcp']?.[0]?.HostPort, String(hostPort))
})

test('refuses more CPU than the host has, in the words of the engine', async ({ driver, owner, spec }) => {
  const error = await mustFail(driver.run(spec({}, { resources: { ...NO_RESOURCES, cpuMilli: 4_000_000 } })))
  assert.is(error.tag, 'Refused')
  assert.match(error.what, /CPUs/)
  assert.equal(await must(driver.list(owner)), [])
})

test('sends an environment that is too long for an address', async ({ driver, spec }) => {
  const wanted = spec({}, { ...sh('echo $LONG | wc -c'), env: { LONG: 'x'.repeat(100_000) } })
  await must(driver.run(wanted))
  assert.is((await readLogs(driver, wanted.ref, { follow: true }))[0]?.text, '100001')
})

test('runs many containers at once', async ({ driver, owner, spec }) => {
  const started = await Promise.all(Array.from({ length: 20 }, () => must(driver.run(spec({})))))
  assert.is(started.length, 20)
  assert.is((await must(driver.list(owner))).filter(({ state }) => state === 'running').length, 20)
})

test('leaves a container that ork did not make alone, and names it', async ({ driver, spec }) => {
  const wanted = spec({})
  const foreign = await engine.createContainer({ name: containerName(wanted.ref), Image: image })
  try {
    const error = await mustFail(driver.run(wanted))
    assert.is(error.tag, 'Refused')
    assert.match(error.what, 'ork did not make')
    await must(driver.remove(wanted.ref))
    assert.is((await foreign.inspect()).State.Status, 'created')
  } finally {
    await foreign.remove({ force: true })
  }
})

test('starts a container that was created and no more', async ({ driver, owner, spec }) => {
  const wanted = spec({})
  await must(driver.run(wanted))
  const { Config } = await engine.getContainer(containerName(wanted.ref)).inspect()
  await must(driver.remove(wanted.ref))
  await engine.createContainer({ name: containerName(wanted.ref), Image: image, Labels: Config.Labels })
  assert.is((await must(driver.list(owner)))[0]?.state, 'created')
  assert.is((await must(driver.run(wanted))).state, 'running')
})

test('joins one network where two of its name were made at the same moment, and removes the other', async ({
  driver,
  owner,
  spec,
}) => {
  const Name = networkName(owner, 'twice')
  const made = []
  for (const CheckDuplicate of [true, false]) {
    // Engines of today refuse the second.
    made.push(await engine.createNetwork({ Name, CheckDuplicate, Driver: 'bridge' }).catch(() => null))
  }
  const wanted = [spec({}, { settings: { networks: ['twice'] } }), spec({}, { settings: { networks: ['twice'] } })]
  try {
    await Promise.all(wanted.map((one) => must(driver.run(one))))
    const left = await engine.listNetworks({ filters: { name: [Name] } })
    assert.equal(
      left.map(({ Id }) => Id),
      [made[0]?.id],
    )
  } finally {
    await Promise.all(wanted.map(({ ref }) => driver.remove(ref)))
    for (const network of made) await network?.remove().catch(() => null)
  }
})

test('stops and removes a container that was renamed by hand', async ({ driver, owner, spec }) => {
  const wanted = spec({})
  const { id } = await must(driver.run(wanted))
  await engine.getContainer(id).rename({ name: `renamed-${id.slice(0, 12)}` })
  const exit = await must(driver.stop(wanted.ref, 'SIGKILL', 1_000))
  assert.is(exit.signal, 'SIGKILL')
  await must(driver.remove(wanted.ref))
  assert.equal(await must(driver.list(owner)), [])
})

test('measures CPU since the call before', async ({ driver, owner, spec }) => {
  const wanted = spec({}, { ...sh('while :; do :; done'), resources: { ...NO_RESOURCES, cpuMilli: 500 } })
  await must(driver.run(wanted))
  await must(driver.usage(owner))
  let cpuMilli = 0
  // A machine that many share may give it little for a while, never more than its limit.
  for (let look = 0; look < 60 && cpuMilli < 100; look += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    const [usage] = await must(driver.usage(owner))
    cpuMilli = usage?.cpuMilli ?? 0
    assert.ok(cpuMilli < 700, `${cpuMilli} of 500`)
  }
  assert.ok(cpuMilli >= 100, `${cpuMilli} of 500`)
})

test('says where it looked when no engine is there', async () => {
  const error = await mustFail(dockerDriver({ socketPath: '/nowhere/docker.sock' }).check())
  assert.is(error.tag, 'Unreachable')
  assert.match(error.where ?? '', '/nowhere/docker.sock')
})

test.run()
