import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { mustConnect } from '../../libs/testing/jetStream'
import { startTestNats, type TestNats } from '../../libs/testing/nats'
import { runOrk } from '../../libs/testing/ork'

const test = suite<{ nats: TestNats }>('commands without a cluster')

test.before(async (context) => {
  context.nats = await startTestNats({ users: [{ user: 'ann', password: 's@crt' }] })
  const manager = await mustConnect({ servers: context.nats.url, user: 'ann', pass: 's@crt' })
  await manager.close()
})
test.after(({ nats }) => nats.stop())

const loggedIn = ({ url }: TestNats): string => url.replace('//', '//ann:s%40crt@')

test('what only a manager can answer says that none is there, and how to start one', async ({ nats }) => {
  for (const args of [['jobs'], ['job', 'web'], ['stop', 'web'], ['logs', 'web.api.0']]) {
    const { code, stdout, stderr } = await runOrk(args, { nats: loggedIn(nats) })
    assert.equal([code, stdout], [1, ''])
    assert.match(stderr, /^no manager is there to answer\n {2}start one with `ork manager`/)
  }
})

test('a server that no manager has ever used is told as such, and nothing is created on it', async ({ nats }) => {
  for (const args of [['jobs'], ['events'], ['status']]) {
    const { code, stderr } = await runOrk([...args, '--prefix', 'other'], { nats: loggedIn(nats) })
    assert.is(code, 1)
    assert.match(stderr, /no cluster of ork has begun on this server\n {2}a manager begins one/)
  }
})

test('flags that cannot be are wrong usage, each named with what it may be', async ({ nats }) => {
  const refused = async (...args: string[]) => {
    const { code, stderr } = await runOrk(args, { nats: loggedIn(nats) })
    assert.is(code, 2)
    return stderr
  }
  assert.match(await refused('jobs', '--prefix', 'a.b'), /^"a\.b" cannot be the first token/)
  assert.match(
    await refused('logs', 'web.api.0', '--tail', 'x'),
    /^--tail: expected an integer but received: x\n {2}see/,
  )
  assert.match(await refused('replay', '--speed', '3x'), /--play/)
})

test('status says what is missing, and fails', async ({ nats }) => {
  const { code, stdout } = await runOrk(['status', '--json'], { nats: loggedIn(nats) })
  assert.is(code, 1)
  const { well, problems } = JSON.parse(stdout)
  const bad = (problems as { level: string; what: string }[]).filter(({ level }) => level === 'bad')
  assert.equal([well, bad.map(({ what }) => what)], [false, ['no manager answers', 'no scheduler answers']])
})

test('the log itself can be read without any service', async ({ nats }) => {
  assert.equal(await runOrk(['events'], { nats: loggedIn(nats) }), { code: 0, signal: null, stdout: '', stderr: '' })
})

test('a login that is refused is told as such, and never shown', async ({ nats }) => {
  const { code, stderr } = await runOrk(['events'], { nats: nats.url.replace('//', '//ann:wr0ng@') })
  assert.is(code, 1)
  assert.match(stderr, /the nats-server refuses this login\n {2}put yours into the URL/)
  assert.not.match(stderr, /wr0ng/)
})

test('a command that is not there is answered with the nearest one', async () => {
  const { code, stderr } = await runOrk(['sumbit', 'x'])
  assert.equal(
    [code, stderr],
    [2, 'there is no command "sumbit"\n  did you mean `ork submit`? `ork --help` lists all\n'],
  )
})

test('help for a command that is not there names the nearest one as well', async () => {
  const { code, stderr } = await runOrk(['sumbit', '--help'])
  assert.equal([code, /did you mean `ork submit`/.test(stderr)], [2, true])
})

test('a command of a topic is found by its nearest name too, dashes and all', async () => {
  const { code, stderr } = await runOrk(['cluster', 'resiz-log'])
  assert.equal([code, /did you mean `ork cluster resize-log`/.test(stderr)], [2, true])
})

test('what is no number of instances is wrong usage', async () => {
  const { code, stderr } = await runOrk(['scale', 'web.api', 'many'])
  assert.equal([code, stderr], [2, '"many" is no number of instances\n  for example 5\n'])
})

test('a word too many is told as such', async () => {
  for (const command of [['jobs'], ['quarantine', 'list']]) {
    const { code, stderr } = await runOrk([...command, 'extra'])
    const name = command.join(' ')
    assert.equal([code, stderr], [2, `\`ork ${name}\` takes no "extra"\n  see \`ork ${name} --help\`\n`])
  }
})

test('a checkout that is not built says what to run', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'ork-unbuilt-'))
  const bin = join(empty, 'cli', 'bin', 'ork.cjs')
  cpSync(join(__dirname, '..', '..', '..', 'cli', 'bin', 'ork.cjs'), bin)
  const [code, stderr] = await new Promise<[number | null, string]>((resolve) => {
    const child = execFile(process.execPath, [bin, 'jobs'], (_error, _stdout, said) => resolve([child.exitCode, said]))
  })
  rmSync(empty, { recursive: true })
  assert.is(code, 1)
  assert.match(stderr, /ork is not built yet: .*\n {2}run `npm install && npm run build` in /)
})

test.run()
