import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { INSTANCE_STATES } from '#libs/cluster'
import { EVENT_TYPES } from '#libs/events'
import { pathsOf } from '../codecs/walk'
import { asyncapiDocument } from './asyncapi'
import { catalogue } from './catalogue'
import { eventsPage } from './eventsPage'
import { GLOSSARY } from './glossary'
import { lifecycleDiagram } from './lifecycleDiagram'

const events = catalogue()

test('every field of every event has a meaning, and no meaning is left over', () => {
  const names = events.flatMap(({ form }) => pathsOf(form).map((path) => path.split('.').at(-1) ?? ''))
  assert.equal(Object.keys(GLOSSARY).sort(), [...new Set(names)].sort())
})

test('the page tells every event with its subject, its fields and its example', () => {
  const page = eventsPage(events)
  for (const { type, subject, fields, golden } of events) {
    for (const part of [
      `### ${type}\n`,
      `\`${subject}\``,
      golden.trimEnd(),
      ...fields.map(({ path }) => `| \`${path}\` |`),
    ])
      assert.ok(page.includes(part), `${type}: ${part}`)
  }
  assert.is([...page.matchAll(/^### [A-Z]\w+$/gm)].length, EVENT_TYPES.length)
})

test('the diagram shows every state', () => {
  for (const state of INSTANCE_STATES) assert.match(lifecycleDiagram(), new RegExp(`--> ${state}\\b`))
})

const document = JSON.parse(asyncapiDocument(events, '0.1.0')) as Readonly<Record<string, unknown>>

const refsIn = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, part]) => (key === '$ref' ? [String(part)] : refsIn(part)))
}

test('every reference in the AsyncAPI document leads somewhere', () => {
  for (const ref of refsIn(document)) {
    const target = ref
      .slice(2)
      .split('/')
      .reduce<unknown>((at, key) => (at as Readonly<Record<string, unknown>> | undefined)?.[key], document)
    assert.ok(target !== undefined, ref)
  }
})

test('every parameter of a channel stands in its address, and the other way round', () => {
  for (const { address, parameters = {} } of Object.values(
    document.channels as Readonly<Record<string, { address: string; parameters?: object }>>,
  )) {
    assert.equal([...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort(), Object.keys(parameters).sort())
  }
})

test.run()
