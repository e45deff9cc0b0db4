import { connect } from 'nats'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { OrkFailure } from '#libs/kernel'
import { mustConnect } from '../../testing/jetStream'
import { startTestNats, type TestNats } from '../../testing/nats'
import { createMemoryLog } from '../memory'
import type { Objects } from '../objects'

const test = suite<{ nats: TestNats }>('objects')

test.before(async (context) => {
  context.nats = await startTestNats()
})
test.after(async ({ nats }) => {
  await nats.stop()
})

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

const textOf = async (objects: Objects, name: string): Promise<string> => {
  const chunks: Uint8Array[] = []
  for await (const piece of objects.read(name)) chunks.push(piece)
  return Buffer.concat(chunks).toString()
}

const tagOf = (cause: unknown): string => (cause instanceof OrkFailure ? cause.error.tag : String(cause))

const failureOf = (work: Promise<unknown>): Promise<string> => work.then(() => 'it worked', tagOf)

const keepsObjects = async (objects: Objects): Promise<void> => {
  assert.equal(await objects.list(), [])
  assert.is(await failureOf(textOf(objects, 'a')), 'NoSuchObject')
  const large = 'x'.repeat(300_000)
  await objects.write('a', { seq: '1' }, pieces(large, 'end'))
  await objects.write('b/c', {}, pieces('b'))
  assert.is(await textOf(objects, 'a'), `${large}end`)
  assert.is(await textOf(objects, 'b/c'), 'b')
  await objects.write('a', { seq: '2' }, pieces('newer'))
  assert.is(await textOf(objects, 'a'), 'newer')
  await objects.remove('b/c')
  const found = (await objects.list()).map(({ name, about, bytes }) => ({ name, about, bytes }))
  assert.equal(found, [{ name: 'a', about: { seq: '2' }, bytes: 5 }])
}

test('a bucket of the servers keeps what is stored under a name, piece by piece, until something else is', async ({
  nats,
}) => {
  const connection = await mustConnect({ servers: nats.url, prefix: 'keeps' })
  await keepsObjects(connection.objects)
  await connection.close()
})

test('so does the one in memory', () => keepsObjects(createMemoryLog().objects))

test('a bucket that somebody deletes is made again by the next write', async ({ nats }) => {
  const connection = await mustConnect({ servers: nats.url, prefix: 'deleted' })
  const { objects } = connection
  await objects.write('a', {}, pieces('old'))
  const client = await connect({ servers: nats.url })
  await (await client.jetstreamManager()).streams.delete('OBJ_DELETED_SNAPSHOTS')
  await client.close()
  assert.equal(await objects.list(), [])
  assert.is(await failureOf(textOf(objects, 'a')), 'NoSuchObject')
  await objects.write('b', {}, pieces('new'))
  assert.is(await textOf(objects, 'b'), 'new')
  await connection.close()
})

test('any client of NATS reads what is in the bucket', async ({ nats }) => {
  const connection = await mustConnect({ servers: nats.url, prefix: 'plain' })
  await connection.objects.write('a', { seq: '1' }, pieces('some', 'thing'))
  const client = await connect({ servers: nats.url })
  const bucket = await client.jetstream().views.os('PLAIN_SNAPSHOTS')
  assert.is(Buffer.from((await bucket.getBlob('a')) ?? []).toString(), 'something')
  await client.close()
  await connection.close()
})

test('what is not as it was stored is found out: another byte, a piece that is missing, one too many', async ({
  nats,
}) => {
  const connection = await mustConnect({ servers: nats.url, prefix: 'bad' })
  const client = await connect({ servers: nats.url })
  const { streams } = await client.jetstreamManager()
  const stream = 'OBJ_BAD_SNAPSHOTS'
  for (const name of ['other', 'missing', 'more']) {
    await connection.objects.write(name, {}, pieces('x'.repeat(200_000)))
    const { nuid } = JSON.parse(
      (
        await streams.getMessage(stream, {
          last_by_subj: `$O.BAD_SNAPSHOTS.M.${btoa(name)}`,
        })
      ).string(),
    ) as { nuid: string }
    const chunks = `$O.BAD_SNAPSHOTS.C.${nuid}`
    const last = await streams.getMessage(stream, { last_by_subj: chunks })
    if (name !== 'more') await streams.deleteMessage(stream, last.seq)
    if (name !== 'missing') await client.jetstream().publish(chunks, 'y'.repeat(last.data.length))
    assert.is(await failureOf(textOf(connection.objects, name)), 'Damaged', name)
  }
  await client.close()
  await connection.close()
})

test.run()
