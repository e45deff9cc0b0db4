import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { jobFileShape } from './file/job'
import type { About, NamedField } from './shapes'
import { Shape } from './shapes'

interface Row {
  readonly path: string
  readonly field: NamedField
}

/** Every field of the definition, as a reference page would list them. */
const rows = (about: About, path: string): readonly Row[] => {
  switch (about.form) {
    case 'struct':
      return about.fields.flatMap((field) => {
        const inner = path === '' ? field.key : `${path}.${field.key}`
        return [{ path: inner, field }, ...(field.shape instanceof Shape ? rows(field.shape.about, inner) : [])]
      })
    case 'list':
      return rows(about.item, `${path}[]`)
    case 'map':
      return rows(about.value, `${path}.*`)
    case 'either':
      return about.of.flatMap((one) => rows(one, path))
    default:
      return []
  }
}

const all = rows(jobFileShape.about, '')

test('the definition can be walked down to its last field', () => {
  const paths = all.map((row) => row.path)
  for (const path of ['name', 'tasks[].resources.memory', 'tasks[].ports[].hostPort', 'tasks[].restart.maxDelay'])
    assert.ok(paths.includes(path), path)
})

for (const { path, field } of all) {
  test(`${path} is documented, and its example and default are valid`, () => {
    assert.ok(field.doc, 'no doc')
    assert.is.not(field.example, undefined, 'no example')
    assert.ok(E.isRight(field.shape.decode(field.example)), 'the example is refused')
    if (field.presence === 'optional')
      assert.ok(field.otherwise ?? ['image', 'command', 'args'].includes(`${field.key}`))
    if (field.presence !== 'defaulted') return
    assert.equal(field.shape.decode(field.shape.encode(field.value)), E.right(field.value))
  })
}

test.run()
