import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { mergeLines } from './mergeLines'

/** `a1@3`: the line a1 at time 3; without a time it has none. */
async function* source(...lines: readonly string[]) {
  for (const line of lines) {
    const [text = '', time = null] = line.split('@')
    yield { text, time }
  }
}

const merged = async (...sources: readonly ReturnType<typeof source>[]): Promise<string> => {
  const texts: string[] = []
  for await (const { text } of mergeLines(sources)) texts.push(text)
  return texts.join(' ')
}

test('lines of several sources come in the order of their times', async () => {
  assert.is(await merged(source('a1@1', 'a4@4'), source('b2@2', 'b3@3', 'b5@5'), source()), 'a1 b2 b3 a4 b5')
})

test('a line without a time stays behind the one before it', async () => {
  assert.is(await merged(source('a1@1', 'a', 'a4@4'), source('b2@2')), 'a1 a b2 a4')
})

test('sources that know no times come one after the other', async () => {
  assert.is(await merged(source('a', 'a'), source('b', 'b')), 'a a b b')
})

test.run()
