import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { pack } from 'tar-fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { noTally, packAs, unpackAs } from './tarball'

const test = suite<{ dir: string }>('tar streams')

test.before.each((context) => {
  context.dir = mkdtempSync(join(tmpdir(), 'ork-tar-'))
  for (const name of ['from', 'from/sub', 'to']) mkdirSync(join(context.dir, name))
  writeFileSync(join(context.dir, 'from', 'a'), 'A')
  writeFileSync(join(context.dir, 'from', 'sub', 'b'), 'B')
})
test.after.each(({ dir }) => rmSync(dir, { recursive: true, force: true }))

const files = (folder: string): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()

test('a folder comes under the name that is wanted, with the links that stay within', async ({ dir }) => {
  symlinkSync('sub/b', join(dir, 'from', 'inner'))
  symlinkSync('../../secret', join(dir, 'from', 'outer'))
  symlinkSync('/etc/passwd', join(dir, 'from', 'absolute'))
  const tally = noTally()
  await pipeline(packAs(join(dir, 'from'), 'x', noTally()), unpackAs(join(dir, 'to'), 'y', tally))
  assert.equal(files(join(dir, 'to')), ['y', 'y/a', 'y/inner', 'y/sub', 'y/sub/b'])
  assert.is(readlinkSync(join(dir, 'to', 'y', 'inner')), 'sub/b')
  assert.equal(tally, { files: 2, bytes: 2, leftOut: 2 })
})

test('names that lead out of it do not', async ({ dir }) => {
  for (const name of ['../evil', 'x/../../evil', '/evil', 'x/../evil', 'evil']) {
    const to = join(dir, 'to', 'deep')
    mkdirSync(to, { recursive: true })
    const evil = pack(join(dir, 'from'), { entries: ['a'], map: (header) => ({ ...header, name }) })
    await pipeline(evil, unpackAs(to, 'y', noTally())).catch(() => undefined)
    const outside = files(dir).filter((file) => !/^(from|to\/deep\/y)(\/|$)|^to(\/deep)?$/.test(file))
    assert.equal(outside, [], name)
    rmSync(to, { recursive: true })
  }
})

test('nothing is written through a link that was there before', async ({ dir }) => {
  mkdirSync(join(dir, 'to', 'y'))
  mkdirSync(join(dir, 'elsewhere'))
  symlinkSync(join(dir, 'elsewhere'), join(dir, 'to', 'y', 'sub'))
  const copying = pipeline(packAs(join(dir, 'from'), 'x', noTally()), unpackAs(join(dir, 'to'), 'y', noTally()))
  await copying.catch(() => undefined)
  assert.equal(files(join(dir, 'elsewhere')), [])
  assert.is(readFileSync(join(dir, 'from', 'sub', 'b'), 'utf8'), 'B')
})

test.run()
