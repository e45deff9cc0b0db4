import * as fc from 'fast-check'
import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { nameArbitrary } from '../testing/arbitraries/spec'
import { instanceId, isName, parseInstanceId } from './names'

test('a name is one NATS token and one DNS label', () => {
  for (const name of ['a', 'web', 'web-1', '0', 'a--b', 'a'.repeat(63)]) assert.ok(isName(name), name)
  for (const name of ['', '-a', 'a-', 'A', 'a.b', 'a b', 'a*', '>', 'a\n', 'ä', 'a_b', 'a'.repeat(64)])
    assert.not.ok(isName(name), name)
})

test('an instance is read as it was written', () => {
  const refs = fc.record({ job: nameArbitrary, task: nameArbitrary, index: fc.nat({ max: 9_999_999 }) })
  fc.assert(fc.property(refs, (ref) => assert.equal(parseInstanceId(instanceId(ref)), E.right({ ...ref }))))
})

test('nothing else is taken for an instance, and the error shows what one looks like', () => {
  for (const text of [
    '',
    'web',
    'web.api',
    'web.api.',
    'web.api.01',
    'web.api.-1',
    'web.api.0.1',
    'Web.api.0',
    'web.api.1e3',
  ]) {
    const parsed = parseInstanceId(text)
    assert.ok(E.isLeft(parsed) && parsed.left.next?.includes('web.api.0'), text)
  }
  fc.assert(
    fc.property(fc.string(), (text) => {
      const parsed = parseInstanceId(text)
      if (E.isRight(parsed)) assert.is(instanceId(parsed.right), text)
    }),
  )
})

test.run()
