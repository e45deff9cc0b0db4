import { stringify } from 'yaml'
import { type About, jobFileShape, type NamedField } from '#libs/spec'
import { defaultOf, JOB_SCHEMA } from './jobFile'
import { aboutOf } from './schema'

const HEAD = `# The job file

Generated from the codec that reads it by \`npm run docs\`; do not edit. YAML or JSON; an unknown field is an error, and all errors
are told together, each with its line. \`examples/\` holds whole files. An editor that knows JSON Schema completes and
checks a file by [${JOB_SCHEMA.replace('docs/', '')}](${JOB_SCHEMA.replace('docs/', '')}), with this as its first line:

\`\`\`yaml
# yaml-language-server: $schema=../${JOB_SCHEMA}
\`\`\`

Durations have a unit (\`250ms\`, \`10s\`, \`1h30m\`), sizes too (\`512MiB\`, \`1.5GB\`), processors are cores (\`0.5\`, \`500m\`).
`

interface Section {
  readonly path: string
  readonly fields: readonly NamedField[]
}

/** Everything with fields of its own, where it is written: `tasks[].resources`. */
const sectionsOf = (about: About, path: string): readonly Section[] => {
  switch (about.form) {
    case 'struct':
      return [
        { path, fields: about.fields },
        ...about.fields.flatMap((field) =>
          sectionsOf(aboutOf(field), path === '' ? field.key : `${path}.${field.key}`),
        ),
      ]
    case 'list':
      return sectionsOf(about.item, `${path}[]`)
    case 'map':
      return sectionsOf(about.value, `${path}.NAME`)
    case 'either':
      return about.of.flatMap((one) => sectionsOf(one, path))
    default:
      return []
  }
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

const code = (value: unknown): string =>
  value === undefined ? '' : `\`${cell(stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim())}\``

/** What a place of the page is called in links. */
const anchor = (path: string): string => `#${path.replaceAll(/[^a-zA-Z0-9 -]/g, '').toLowerCase()}`

const isLarge = (value: unknown): boolean => typeof value === 'object' && JSON.stringify(value).length > 40

const defaultText = (field: NamedField, inner: readonly Section[]): string => {
  if (field.presence === 'required') return '**required**'
  if (field.otherwise !== undefined) return cell(field.otherwise)
  const value = defaultOf(field)
  if (isLarge(value) && inner.length > 0) return 'as below'
  return value === undefined ? 'none' : code(value)
}

const row = (path: string, field: NamedField): string => {
  const here = path === '' ? field.key : `${path}.${field.key}`
  const about = aboutOf(field)
  const inner = sectionsOf(about, here)
  const [first] = inner
  const name = first === undefined ? `\`${field.key}\`` : `[\`${field.key}\`](${anchor(first.path)})`
  const cells = [name, cell(about.expected), defaultText(field, inner), code(field.example), cell(field.doc ?? '')]
  return `| ${cells.join(' | ')} |`
}

const section = ({ path, fields }: Section): string =>
  [
    `## ${path === '' ? 'The job' : `\`${path}\``}`,
    '',
    '| field | takes | default | example | meaning |',
    '|---|---|---|---|---|',
    ...fields.map((field) => row(path, field)),
    '',
  ].join('\n')

/** docs/job.md: every field of the job file, for people. */
export const jobPage = (): string =>
  `${[HEAD, ...sectionsOf(jobFileShape.about, '').map(section)].join('\n').trimEnd()}\n`
