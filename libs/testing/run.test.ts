import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isAlive } from './processes'

type Run = { readonly code: number; readonly output: string; readonly lastLine: string }

const runner = suite<{ root: string }>('runner', { root: '' })

runner.before.each((context) => {
  context.root = mkdtempSync(join(tmpdir(), 'ork-runner-'))
})
runner.after.each((context) => rmSync(context.root, { recursive: true, force: true }))

const uvu = `const { test } = require(${JSON.stringify(require.resolve('uvu'))});`

/** Runs the runner on one fixture file, as `npm test` would, in an environment that is not CI. */
const runOn = (root: string, source: string, args: string[] = [], name = 'fixture.test.js'): Promise<Run> => {
  writeFileSync(join(root, name), `${uvu}\n${source}\n`)
  const command = [join(__dirname, 'run.js'), '--root', root, ...args]
  return new Promise((resolve) => {
    execFile(process.execPath, command, { env: { ...process.env, CI: 'false' } }, (error, stdout, stderr) => {
      const output = stdout + stderr
      resolve({ code: Number(error?.code ?? 0), output, lastLine: stdout.trimEnd().split('\n').at(-1) ?? '' })
    })
  })
}

runner('passes a file whose tests pass, and ends with the count', async ({ root }) => {
  const run = await runOn(root, `test('a', () => {}); test('b', () => {}); test.skip('c', () => {}); test.run()`)
  assert.is(run.lastLine, '2 passed, 0 failed, 1 skipped')
  assert.is(run.code, 0)
})

runner('prints the whole output of a file that fails', async ({ root }) => {
  const run = await runOn(root, `test('the sum', () => { throw new Error('is wrong') }); test.run()`)
  assert.is(run.lastLine, '0 passed, 1 failed')
  assert.is(run.code, 1)
  assert.match(run.output, /the sum[\s\S]*is wrong/)
})

const falseGreens: readonly (readonly [string, string, string])[] = [
  ['a file without run()', `test('a', () => {})`, 'does the file end with test.run()'],
  ['a file that declares no test', 'test.run()', 'no test ran'],
  ['an empty file', '', 'does the file end with test.run()'],
  ['a test below run()', `test('a', () => {}); test.run(); test('b', () => {})`, '2 tests are declared, 1 were run'],
  ['a before that throws', `test.before(() => { throw new Error('x') }); test('a', () => {}); test.run()`, '1 FAILED'],
  ['a rejection with a string', `test('a', () => Promise.reject('x')); test.run()`, '1 FAILED'],
  ['a rejection nobody awaits', `test('a', () => { Promise.reject(new Error('lost')) }); test.run()`, 'lost'],
  ['an exit in the middle', `test('a', () => process.exit(0)); test.run()`, 'no summary of tests'],
  [
    'an exit code set by hand',
    `process.on('exit', () => { process.exitCode = 3 }); test('a', () => {}); test.run()`,
    '3',
  ],
  ['a handle left open', `test('a', () => { setInterval(() => {}, 1e3) }); test.run()`, 'still open: Timeout'],
]

for (const [what, source, evidence] of falseGreens) {
  runner(`fails ${what}, which uvu alone passes or hangs on`, async ({ root }) => {
    const run = await runOn(root, source)
    assert.is(run.code, 1, run.output)
    assert.match(run.lastLine, /^\d passed, 1 failed$/)
    assert.ok(run.output.includes(evidence), run.output)
  })
}

runner('kills a file that takes too long with all it started, and says so', async ({ root }) => {
  const hang = `test('a', () => new Promise(() => {
    const child = require('node:child_process').spawn('sleep', ['1000'])
    console.log('child', child.pid)
    setInterval(() => {}, 1000)
  })); test.run()`
  const run = await runOn(root, hang, ['--timeout', '1'])
  assert.is(run.lastLine, '0 passed, 1 failed')
  assert.match(run.output, 'timed out')
  const child = Number(/child (\d+)/.exec(run.output)?.[1])
  assert.ok(child > 0)
  assert.not(isAlive(child))
})

runner('fails a file that leaves a process behind, and ends that process', async ({ root }) => {
  const leak = `test('a', () => { require('node:child_process').spawn('sleep', ['777'], { stdio: 'ignore' }).unref() }); test.run()`
  const run = await runOn(root, leak)
  assert.is(run.lastLine, '1 passed, 1 failed')
  assert.match(run.output, 'sleep 777')
})

runner('fails with 2 when the filter matches no file', async ({ root }) => {
  const run = await runOn(root, `test('a', () => {}); test.run()`, ['no-such-name'])
  assert.is(run.code, 2)
  assert.match(run.output, 'no-such-name')
})

runner('refuses an unknown kind or option instead of running something else', async ({ root }) => {
  assert.is((await runOn(root, '', ['--kind', 'dokcer'])).code, 2)
  assert.is((await runOn(root, '', ['--kidn', 'pure'])).code, 2)
})

runner.run()
