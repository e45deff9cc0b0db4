import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { CoreStory } from '../../../libs/testing/coreStory'
import { registered } from '../../../libs/testing/happenings'
import { label, managerCore } from '.'

const given = () => new CoreStory(managerCore()).given(registered('w1', 4_000, {}, { zone: 'a', disk: 'ssd' }))

type Story = ReturnType<typeof given>

const ask = ({ log }: Story, labels: Readonly<Record<string, string | null>>, most = 64) =>
  label(log.cluster, 'w1', labels, null, most)

const relabel = (story: Story, labels: Readonly<Record<string, string | null>>): void => {
  const outcome = ask(story, labels)
  if (E.isLeft(outcome) || outcome.right.tag !== 'Write') throw new Error('nothing to write')
  story.given(outcome.right.decision.draft)
}

const labelsOf = ({ log }: Story) => log.cluster.workers.get('w1')?.labels

test('labels that are given or taken away hold over those that the worker brings, also when it is started again', () => {
  const story = given()
  relabel(story, { zone: 'b', disk: null, team: 'web' })
  assert.equal(labelsOf(story), { zone: 'b', team: 'web' })
  story.given(registered('w1', 4_000, {}, { zone: 'a', disk: 'hdd', rack: 'r1' }))
  assert.equal(labelsOf(story), { zone: 'b', team: 'web', rack: 'r1' })
})

test('what is so already is left as it is', () => {
  const outcome = ask(given(), { zone: 'a', none: null })
  assert.is(E.isRight(outcome) && outcome.right.tag, 'Nothing')
})

test('an unknown worker, and more labels than are kept, are refused', () => {
  const story = given()
  assert.is(E.isLeft(label(story.log.cluster, 'w9', { a: 'b' }, null, 64)), true)
  const outcome = ask(story, { a: 'b' }, 2)
  assert.is(E.isLeft(outcome) && outcome.left.tag, 'TooManyLabels')
})

test.run()
