import type { LogSpec } from '../model'
import { defaulted, oneOf, processText, record, type Shape, struct } from '../shapes'

export const logShape: Shape<LogSpec> = struct<LogSpec>(
  'a map with `driver` and `options`',
  {
    driver: defaulted(oneOf(['json-file', 'local', 'journald', 'syslog', 'fluentd', 'gelf', 'none']), 'json-file', {
      doc: 'Where the engine puts what the container says; `ork logs` reads json-file, local and journald.',
      example: 'local',
      synonyms: ['type'],
    }),
    options: defaulted(
      record('a map of options', { expected: 'an option', pattern: /^[a-z][a-z0-9-]{0,63}$/ }, processText),
      {},
      {
        doc: 'Options of that driver.',
        example: { 'max-size': '50m', 'max-file': '5' },
        synonyms: ['config', 'opts'],
      },
    ),
  },
  (value) => (typeof value === 'string' ? `write \`log: {driver: ${value}}\`` : undefined),
)
