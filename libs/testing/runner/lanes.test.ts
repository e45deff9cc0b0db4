import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { inLanes } from './lanes'
import type { Kind, TestFile } from './select'

const files = (...kinds: Kind[]): TestFile[] =>
  kinds.map((kind, at) => ({ kind, name: `${kind}-${at}`, path: `/${kind}-${at}` }))

/** Runs them, each for one turn, and tells which ran at once, turn by turn. */
const turns = async (all: readonly TestFile[]): Promise<string[][]> => {
  const seen: string[][] = []
  let begun: { readonly name: string; readonly end: () => void }[] = []
  const running = inLanes(all, ({ name }) => new Promise((end) => begun.push({ name, end })))
  let over = false
  void running.then(() => {
    over = true
  })
  while (!over) {
    const now = begun
    begun = []
    if (now.length > 0) seen.push(now.map(({ name }) => name))
    for (const { end } of now) end()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return seen
}

test('two files of a kind run at once, each once', async () => {
  assert.equal(await turns(files('nats', 'nats', 'nats', 'nats', 'nats')), [
    ['nats-0', 'nats-1'],
    ['nats-2', 'nats-3'],
    ['nats-4'],
  ])
})

test('those that need an engine run one at a time, and others beside them', async () => {
  assert.equal(await turns(files('docker', 'docker', 'docker', 'nats', 'nats', 'nats')), [
    ['docker-0', 'nats-3', 'nats-4'],
    ['docker-1', 'nats-5'],
    ['docker-2'],
  ])
})

test.run()
