import type { EventAbout } from './catalogue'
import { jobSchema, type Schema, schemaOf } from './schema'

const TEXT: Schema = { type: 'string' }

/** CloudEvents' envelope with ork's extensions, around one event's data. */
const envelopeOf = ({ type, version, nature, form }: EventAbout): Schema => ({
  type: 'object',
  required: [
    ...['specversion', 'id', 'source', 'type', 'subject', 'time', 'schemaversion', 'data'],
    ...(nature === 'decision' ? ['epoch'] : []),
  ],
  properties: {
    specversion: { const: '1.0' },
    id: TEXT,
    source: TEXT,
    type: { const: type },
    subject: TEXT,
    time: { type: 'string', format: 'date-time' },
    schemaversion: { const: version },
    causationid: TEXT,
    actor: TEXT,
    epoch: { type: 'integer', minimum: 0 },
    data: schemaOf(form),
  },
})

const channelOf = ({ type, subject, summary }: EventAbout) => {
  const parameters = [...subject.matchAll(/<(\w+)>/g)].map(([, name]) => [name, {}] as const)
  return {
    address: subject.replace(/<(\w+)>/g, '{$1}'),
    summary,
    ...(parameters.length === 0 ? {} : { parameters: Object.fromEntries(parameters) }),
    messages: { [type]: { $ref: `#/components/messages/${type}` } },
  }
}

const messageOf = (about: EventAbout) => ({
  name: about.type,
  title: about.type,
  summary: about.summary,
  contentType: 'application/cloudevents+json',
  tags: [{ name: about.topic }, { name: about.nature }],
  'x-owner': about.owner,
  payload: envelopeOf(about),
  examples: [{ payload: JSON.parse(about.golden) as unknown }],
})

const each = <T>(events: readonly EventAbout[], make: (event: EventAbout) => T): Readonly<Record<string, T>> =>
  Object.fromEntries(events.map((event) => [event.type, make(event)]))

/** docs/asyncapi.json */
export const asyncapiDocument = (events: readonly EventAbout[], version: string): string =>
  `${JSON.stringify(
    {
      asyncapi: '3.0.0',
      info: {
        title: 'ork events',
        version,
        description: 'Every change of state in ork, as CloudEvents on NATS subjects. Generated from libs/events.',
        license: { name: 'Apache-2.0' },
      },
      defaultContentType: 'application/cloudevents+json',
      channels: each(events, channelOf),
      operations: each(events, ({ type, summary }) => ({
        action: 'send',
        channel: { $ref: `#/channels/${type}` },
        summary,
        messages: [{ $ref: `#/channels/${type}/messages/${type}` }],
      })),
      components: { messages: each(events, messageOf), schemas: { Job: jobSchema() } },
    },
    null,
    2,
  )}\n`
