import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type OrkFailure, renderError } from '#libs/kernel'
import { createLogger, theMachine } from '#libs/runtime'
import type { Told } from '.'
import { DiskJournal, type DiskJournalOptions } from './diskJournal'

interface Context {
  dir: string
  said: string[]
  opened: DiskJournal[]
  open(change?: Partial<DiskJournalOptions>): DiskJournal
}

const test = suite<Context>('journal')
test.before.each((context) => {
  const dir = mkdtempSync(join(tmpdir(), 'ork-journal-'))
  const said: string[] = []
  const opened: DiskJournal[] = []
  const logger = createLogger('w1', 'info', { write: (line) => void said.push(line) })
  Object.assign(context, {
    dir,
    said,
    opened,
    open: (change = {}) => {
      const journal = new DiskJournal({ dir, cluster: 'c1', worker: 'w1', logger, machine: theMachine, ...change })
      opened.push(journal)
      return journal
    },
  })
})
test.after.each(async ({ dir, opened }) => {
  for (const journal of opened) await journal.close()
  rmSync(dir, { recursive: true, force: true })
})

const fact = (n: number): Told => ({
  id: `web.api.0/4/${n}/TaskCompleted`,
  instance: 'web.api.0',
  time: 1_000 + n,
  draft: {
    type: 'TaskCompleted',
    data: { job: 'web', task: 'api', index: 0, worker: 'w1', attempt: n, placement: 4 },
  },
})
const facts = (from: number, to: number): Told[] => Array.from({ length: to - from + 1 }, (_, i) => fact(from + i))
const recovered = async (journal: DiskJournal): Promise<number[]> =>
  (await journal.recover()).map(({ time }) => time - 1_000)
const files = (dir: string): string[] => readdirSync(dir)
const onlyFile = (dir: string): string => join(dir, files(dir)[0] ?? '')

test('once all is sent no file stays, also of one that was just being made', async ({ open, dir }) => {
  const journal = open()
  const kept = journal.keep([fact(1)])
  journal.sent([fact(1)])
  await journal.clear()
  await kept
  assert.equal(files(dir), [])
})

test('a disk that takes nothing holds up nobody once all is sent', async ({ open, dir }) => {
  writeFileSync(join(dir, 'file'), '')
  const journal = open({ dir: join(dir, 'file', 'journal') })
  const kept = journal.keep([fact(1)])
  journal.sent([fact(1)])
  await Promise.all([kept, journal.clear()])
  assert.is(journal.trouble, null)
})

test('what is kept and not sent is there in the next life, in order, as it was', async ({ open }) => {
  const first = open()
  await first.keep(facts(1, 3))
  first.sent([fact(1)])
  await first.keep([fact(4)])
  await first.close()
  assert.equal(await open().recover(), [fact(2), fact(3), fact(4)])
})

test('what is kept is on disk when it is said to be, and nothing is said before', async ({ open, dir }) => {
  const first = open()
  await Promise.all([first.keep([fact(1)]), first.keep([fact(2)])])
  assert.is(files(dir).length, 1)
  assert.equal(await recovered(open()), [1, 2]) // the first one still has its file open: it was killed
})

test('several lives in a row add up, and each fact is told once', async ({ open }) => {
  for (const n of [1, 2, 3]) {
    const life = open()
    assert.equal(await recovered(life), [1, 2, 3].slice(0, n - 1))
    await life.keep([fact(n), fact(n)])
    await life.close()
  }
})

test('once all is sent no file is left, of this life or an earlier one', async ({ open, dir }) => {
  const first = open()
  await first.keep([fact(1)])
  await first.close()
  const second = open()
  await second.recover()
  await second.keep([fact(2)])
  second.sent([fact(1), fact(2)])
  await second.clear()
  assert.equal(files(dir), [])
  await second.keep([fact(3)])
  assert.equal(await recovered(open()), [3])
})

test('a torn end is cut off and named in the log', async ({ open, dir, said }) => {
  const first = open()
  await first.keep(facts(1, 3))
  await first.close()
  const path = onlyFile(dir)
  writeFileSync(path, readFileSync(path).subarray(0, statSync(path).size - 7))
  assert.equal(await recovered(open()), [1, 2])
  assert.match(said.join(''), /the end of the journal is torn/)
})

test('a damaged record is left out and named, the others are read', async ({ open, dir, said }) => {
  const first = open()
  await first.keep(facts(1, 3))
  await first.close()
  const path = onlyFile(dir)
  const bytes = readFileSync(path)
  const at = bytes.indexOf('/2/TaskCompleted')
  bytes[at] = (bytes[at] ?? 0) ^ 1
  writeFileSync(path, bytes)
  assert.equal(await recovered(open()), [1, 3])
  assert.match(said.join(''), /the journal is damaged/)
})

test("another cluster's facts are not taken, nor another worker's", async ({ open, dir, said }) => {
  const first = open()
  await first.keep([fact(1)])
  await first.close()
  assert.equal(await recovered(open({ worker: 'w' })), [])
  assert.equal(await recovered(open({ cluster: 'c2' })), [])
  assert.match(said.join(''), /set aside/)
  assert.ok(files(dir).every((name) => name.endsWith('.other')))
  assert.equal(await recovered(open()), [1], 'it is there for who comes for it')
})

test('what cannot be read ends the start, and is named: nothing of it is lost unheard', async ({ open, dir }) => {
  const first = open()
  await first.keep([fact(1)])
  await first.close()
  const path = onlyFile(dir)
  renameSync(path, `${path}.away`)
  mkdirSync(path)
  const failure = await open()
    .recover()
    .then(String, ({ error }: OrkFailure) => renderError(error))
  assert.ok(failure.startsWith(`${path}: what this worker had to tell before cannot be read`), failure)
  rmSync(path, { recursive: true })
  renameSync(`${path}.away`, path)
  assert.equal(await recovered(open()), [1])
})

test('it is full at its bound, and has room once some is sent', async ({ open }) => {
  const journal = open({ maxBytes: 2_000 })
  let n = 0
  while (!journal.isFull) {
    n += 1
    await journal.keep([fact(n)])
  }
  assert.ok(n > 5 && n < 12)
  journal.sent([fact(1)])
  assert.is(journal.isFull, false)
  await journal.close()
})

test('a file that holds mostly what was sent is written anew', async ({ open, dir }) => {
  const journal = open()
  for (let n = 0; n < 12_000; n += 500) {
    await journal.keep(facts(n, n + 499))
    journal.sent(facts(n, n + 498))
  }
  await journal.keep([fact(20_000)])
  const bytes = files(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0)
  assert.ok(bytes < 1_500_000, `${bytes} bytes`)
  assert.is((await recovered(open())).length, 25)
  await journal.close()
})

test('a folder that cannot be written is named as trouble, and written to once it can be', async ({ open, dir }) => {
  const blocked = join(dir, 'blocked')
  writeFileSync(blocked, '')
  const journal = open({ dir: blocked })
  const kept = journal.keep([fact(1)])
  while (journal.trouble === null) await new Promise((resolve) => setTimeout(resolve, 10))
  assert.match(journal.trouble, /cannot be written/)
  rmSync(blocked)
  await kept
  assert.is(journal.trouble, null)
  assert.equal(await recovered(open({ dir: blocked })), [1])
})

test.run()
