import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { formatConstraint, isMet, parseConstraint } from './constraint'

const parsed = (text: string) => {
  const constraint = parseConstraint(text)
  if (E.isLeft(constraint)) throw new Error(constraint.left)
  return constraint.right
}

const holds = (text: string, ...has: readonly string[]): boolean => isMet(parsed(text), has)

test('a constraint is written as attribute, operator and value, with or without spaces', () => {
  assert.equal(parsed('label.zone=b'), { attribute: 'label.zone', operator: '=', value: 'b' })
  assert.equal(parsed(' label.zone  !=  b c '), { attribute: 'label.zone', operator: '!=', value: 'b c' })
  assert.equal(parsed('worker in w1,w2'), { attribute: 'worker', operator: 'in', value: 'w1,w2' })
  assert.is(formatConstraint(parsed('kernel>=5.10')), 'kernel >= 5.10')
})

test("Docker Swarm's words are understood", () => {
  assert.is(formatConstraint(parsed('node.labels.zone==b')), 'label.zone = b')
  assert.is(formatConstraint(parsed('node.platform.arch == amd64')), 'arch = amd64')
  assert.is(formatConstraint(parsed('node.hostname != db1')), 'host != db1')
})

test('each operator compares what the worker has with the value', () => {
  assert.ok(holds('label.zone = b', 'b'))
  assert.not(holds('label.zone = b', 'B'))
  assert.ok(holds('driver = docker', 'process', 'docker'))
  assert.not(holds('driver != docker', 'process', 'docker'))
  assert.ok(holds('label.zone in a, b', 'b'))
  assert.not(holds('label.zone in a, b', 'a, b'))
  assert.ok(holds('label.disks contains ssd, nvme', 'hdd, nvme,ssd'))
  assert.not(holds('label.disks contains ssd, nvme', 'ssd'))
  assert.ok(holds('label.rack regexp ^r\\d+$', 'r12'))
  assert.not(holds('label.rack regexp ^r\\d+$', 'xr12'))
})

test('numbers and versions are compared number by number, and what follows them does not count', () => {
  assert.ok(holds('kernel >= 5.10', '5.10.0-33-amd64'))
  assert.ok(holds('kernel >= 5.9', '5.10.0'))
  assert.not(holds('kernel >= 5.10', '5.9.99'))
  assert.ok(holds('label.cores >= 8', '16'))
  assert.ok(holds('label.v >= 1.2', 'v1.2.0'))
  assert.not(holds('label.cores >= 8', 'many'))
})

test('of what a worker does not have only `!=` holds', () => {
  assert.ok(holds('label.zone != b'))
  for (const rest of ['= b', 'in b', 'contains b', '>= 1', 'regexp b']) assert.not(holds(`label.zone ${rest}`))
})

test('what is no constraint is refused with how to write one', () => {
  for (const text of ['', 'zone', '= b', 'label.zone =', 'label.zone is b']) {
    assert.ok(E.isLeft(parseConstraint(text)), text)
  }
})

test.run()
