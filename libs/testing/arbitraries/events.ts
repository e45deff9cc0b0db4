import * as fc from 'fast-check'
import type * as t from 'io-ts'
import { type Draft, EVENT_TYPES, EVENTS, type EventType, type OrkEvent, type Stamp, stamp } from '#libs/events'
import { type Form, walk } from '../codecs/walk'
import { jobSpecArbitrary, nameArbitrary } from './spec'

const countArbitrary = fc.oneof(fc.nat({ max: 9 }), fc.maxSafeNat())

const ofForm = (form: Form): fc.Arbitrary<unknown> => {
  switch (form.form) {
    case 'struct':
      return fc.record(Object.fromEntries(form.fields.map(([name, inner]) => [name, ofForm(inner)])), {
        noNullPrototype: true,
      })
    case 'list':
      return fc.array(ofForm(form.item), { maxLength: 3 })
    case 'map':
      return fc.dictionary(fc.string(), ofForm(form.value), { maxKeys: 3, noNullPrototype: true })
    case 'nullable':
      return fc.option(ofForm(form.of))
    case 'choice':
      return fc.constantFrom(...form.values)
    case 'name':
      return nameArbitrary
    case 'count':
      return countArbitrary
    case 'integer':
      return fc.maxSafeInteger()
    case 'text':
      return fc.string({ unit: 'grapheme' })
    case 'boolean':
      return fc.boolean()
    case 'job':
      return jobSpecArbitrary
  }
}

/** Arbitrary data that a codec accepts, with every field as odd as it allows. */
export const dataArbitrary = (codec: t.Mixed): fc.Arbitrary<unknown> => ofForm(walk(codec))

/** Arbitrary data of one type, straight from its codec: valid, and with every field as odd as the codec allows. */
export const draftArbitrary = (type: EventType): fc.Arbitrary<Draft> =>
  dataArbitrary(EVENTS[type].data).map((data) => {
    const draft = { type, data } as Draft
    if (!('spec' in draft.data)) return draft
    return { type: draft.type, data: { ...draft.data, job: draft.data.spec.name } } as Draft
  })

/** Who, when and under which epoch; decisions always have one. */
const stampArbitrary = (type: EventType): fc.Arbitrary<Stamp> =>
  fc
    .record(
      {
        id: fc.uuid(),
        source: nameArbitrary.map((name) => `manager/${name}` as const),
        time: fc.integer({ min: 0, max: 4_102_444_800_000 }),
        epoch: fc.nat(),
        actor: fc.string(),
        causationid: fc.uuid(),
      },
      {
        requiredKeys: ['id', 'source', 'time', ...(EVENTS[type].nature === 'decision' ? (['epoch'] as const) : [])],
        noNullPrototype: true,
      },
    )
    .map((by) => by as Stamp)

export const eventArbitrary = (type: EventType): fc.Arbitrary<OrkEvent> =>
  fc.tuple(draftArbitrary(type), stampArbitrary(type)).map(([draft, by]) => stamp(draft, by))

/** Any event of the vocabulary. */
export const anyEventArbitrary: fc.Arbitrary<OrkEvent> = fc.oneof(...EVENT_TYPES.map(eventArbitrary))
