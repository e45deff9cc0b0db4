import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { emptyCluster, evolve, ignoreChanges } from '#libs/cluster'
import { decodeEvent, EVENT_TYPES, pathOf } from '#libs/events'
import { plainDump, readRecording, recordedReleases } from './recording'

/** The first place where something that was there is not, or is otherwise. What came since is no difference. */
const lost = (before: unknown, now: unknown, path = ''): string | null => {
  if (typeof before !== 'object' || before === null) {
    return before === now ? null : `${path}: ${JSON.stringify(before)} became ${JSON.stringify(now)}`
  }
  if (typeof now !== 'object' || now === null) return `${path} became ${JSON.stringify(now)}`
  if (Array.isArray(before) && before.length !== (now as readonly unknown[]).length) return `${path}: another length`
  for (const [key, part] of Object.entries(before)) {
    const difference = lost(part, (now as Record<string, unknown>)[key], `${path}/${key}`)
    if (difference !== null) return difference
  }
  return null
}

test('there is a recording, with nearly everything that a cluster without containers goes through', () => {
  assert.ok(recordedReleases().includes('0.1.0'))
  const types = new Set(readRecording('0.1.0').messages.map(({ subject }) => subject.split('.').at(-1)))
  const recorded = EVENT_TYPES.filter((type) => types.has(type))
  assert.ok(recorded.length >= 24, recorded.join(' '))
})

for (const release of recordedReleases()) {
  const { messages, dump } = readRecording(release)
  const entries = messages.map(({ subject, event }, at) => {
    const read = decodeEvent(event)
    const path = subject.slice('ork.'.length)
    return {
      seq: at + 1,
      event: E.isRight(read) ? read.right : { type: 'Unreadable' as const, path, error: read.left },
    }
  })

  test(`all that release ${release} wrote is read, at its place; only the planted nonsense is not`, () => {
    const unread = messages.filter((_, at) => entries[at]?.event.type === 'Unreadable')
    assert.equal(unread, [{ subject: 'ork.events.job.sum.JobPraised', event: 'nonsense' }])
    for (const [at, { event }] of entries.entries()) {
      if (event.type !== 'Unreadable') assert.is(`ork.${pathOf(event)}`, messages[at]?.subject)
    }
  })

  test(`a fold of what release ${release} wrote comes to what its own fold came to`, () => {
    const cluster = emptyCluster()
    for (const entry of entries) evolve(cluster, entry, ignoreChanges)
    assert.is(lost(dump, plainDump(cluster)), null)
  })
}

test.run()
