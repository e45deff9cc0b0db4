import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { OrkFailure } from '#libs/kernel'
import { findNatsServer } from './find'

interface Context {
  root: string
  lines: string[]
  report: (line: string) => void
}

const test = suite<Context>('find', { root: '', lines: [], report: () => undefined })

test.before.each((context) => {
  context.root = mkdtempSync(join(tmpdir(), 'ork-find-'))
  context.lines = []
  context.report = (line) => context.lines.push(line)
})
test.after.each((context) => rmSync(context.root, { recursive: true }))

/** A program that answers like nats-server --version. */
const fake = (root: string, folder: string, answer: string): string => {
  const path = join(root, folder, 'nats-server')
  mkdirSync(join(root, folder), { recursive: true })
  writeFileSync(path, `#!/bin/sh\n${answer}\n`)
  chmodSync(path, 0o755)
  return path
}

const failure = async (work: Promise<unknown>): Promise<OrkFailure> => {
  try {
    await work
  } catch (error) {
    if (error instanceof OrkFailure) return error
    throw error
  }
  throw new Error('it did not fail')
}

test('takes ORK_NATS_SERVER before PATH', async ({ root, report }) => {
  const path = fake(root, 'named', 'echo nats-server: v2.14.3')
  fake(root, 'path', 'echo nats-server: v2.15.1')
  const found = await findNatsServer({ root, report, env: { ORK_NATS_SERVER: path, PATH: join(root, 'path') } })
  assert.equal(found, { path, version: '2.14.3', from: 'ORK_NATS_SERVER' })
})

test('an ORK_NATS_SERVER that is too old is an error that names the variable and both versions', async ({ root }) => {
  const path = fake(root, 'named', 'echo nats-server: v2.9.10')
  const error = await failure(findNatsServer({ root, env: { ORK_NATS_SERVER: path } }))
  assert.match(error.message, /ORK_NATS_SERVER cannot be used: its version is 2\.9\.10, ork needs 2\.12/)
})

test('an ORK_NATS_SERVER that is not there is an error that names the variable', async ({ root }) => {
  const error = await failure(findNatsServer({ root, env: { ORK_NATS_SERVER: join(root, 'no') } }))
  assert.is(error.error.tag, 'NatsServerMissing')
  assert.match(error.message, /ORK_NATS_SERVER/)
})

test('passes over an old one on PATH by name and goes on along PATH', async ({ root, lines, report }) => {
  const old = fake(root, 'a', 'echo nats-server: v2.9.10')
  const path = fake(root, 'b', 'echo nats-server: v2.15.1')
  const found = await findNatsServer({ root, report, env: { PATH: `${join(root, 'a')}:${join(root, 'b')}` } })
  assert.equal(found, { path, version: '2.15.1', from: 'PATH' })
  assert.equal(lines, [`nats-server at ${old} is passed over: its version is 2.9.10, ork needs 2.12 or newer`])
})

test('passes over what does not run or says no version, and takes .tools last', async ({ root, lines, report }) => {
  fake(root, 'a', 'echo broken >&2; exit 3')
  fake(root, 'b', 'echo hello')
  const path = fake(root, '.tools', 'echo nats-server: v2.12.0')
  const found = await findNatsServer({ root, report, env: { PATH: `${join(root, 'a')}:${join(root, 'b')}` } })
  assert.equal(found, { path, version: '2.12.0', from: '.tools' })
  assert.match(lines[0] ?? '', /does not run here: broken/)
  assert.match(lines[1] ?? '', /"hello" names no version/)
})

test('says where it looked when it may not fetch', async ({ root }) => {
  const error = await failure(findNatsServer({ root, fetch: false, env: { PATH: join(root, 'none') } }))
  assert.match(error.message, /2\.12 or newer in ORK_NATS_SERVER, PATH and .*\.tools/)
})

test.run()
