import { formatBytes, formatCores, formatDuration } from '#libs/kernel'
import type { Change, ClusterChanges, FieldChange, InstanceThen } from '../show/changes'
import { escapeText } from './escape'
import type { EventLook } from './event'
import { grouped } from './foldProgress'
import { count } from './sentence'
import { absolute } from './time'

/** More lines of one kind than this are summed up. */
const MAX_LINES = 40

type Describe<T> = (thing: T) => string

/** What changed between two moments, for people: `+` came, `-` went, `~` is not as it was. */
export const renderChanges = (
  { from, to, jobs, instances, workers, cluster }: ClusterChanges,
  look: EventLook,
): string => {
  const events = count(to.seq - from.seq, 'event')
  const head = `From ${momentText(from, look)} to ${momentText(to, look)}: ${events}`
  const sections = [
    part('Jobs', jobs, ({ state, version }) => `${state}, version ${version}`, look),
    part('Instances', instances, instanceText, look, moved),
    part('Workers', workers, ({ state, intake }) => (intake === 'open' ? state : `${state}, ${intake}`), look),
    cluster.length === 0 ? [] : [title('Cluster', look), ...cluster.map((field) => `  ~ ${fieldText(field)}`)],
  ].filter((lines) => lines.length > 0)
  if (sections.length === 0) sections.push(['nothing changed'])
  return [[head], ...sections].map((lines) => lines.join('\n')).join('\n\n')
}

const title = (text: string, { colours }: EventLook): string => colours.bold(text)

const momentText = ({ seq, time }: ClusterChanges['from'], look: EventLook): string =>
  time === null ? 'before the first event' : `sequence ${grouped(seq)} (${absolute(time, look)})`

const part = <T>(
  name: string,
  changes: readonly Change<T>[],
  describe: Describe<T>,
  look: EventLook,
  changed: (change: Change<T>) => string = ({ fields }) => fields.map(fieldText).join(', '),
): string[] => {
  if (changes.length === 0) return []
  const told = changes.slice(0, MAX_LINES)
  const width = Math.max(...told.map((change) => change.name.length))
  const line = (change: Change<T>): string => {
    const { before, after } = change
    const [sign, said, paint] =
      before === null
        ? ['+', after === null ? '' : describe(after), look.colours.green]
        : after === null
          ? ['-', `was ${describe(before)}`, look.colours.red]
          : ['~', changed(change), look.colours.yellow]
    return `  ${paint(sign)} ${escapeText(change.name.padEnd(width))}  ${escapeText(said)}`
  }
  const rest = changes.length - told.length
  return [
    title(name, look),
    ...told.map(line),
    ...(rest > 0 ? [`  and ${grouped(rest)} more; --json has them all`] : []),
  ]
}

const instanceText = ({ state, worker, attempt, retiringOn }: InstanceThen): string => {
  const where = worker === null ? '' : ` on ${worker}`
  const which = attempt === 0 ? '' : `, attempt ${attempt}`
  return `${state}${where}${which}${retiringOn === null ? '' : `, the one before still on ${retiringOn}`}`
}

/** `running on w1, attempt 1 → running on w3, attempt 2` */
const moved = ({ before, after }: Change<InstanceThen>): string => {
  const version = before?.version === after?.version ? '' : ` (version ${before?.version} → ${after?.version})`
  return `${before === null ? '' : instanceText(before)} → ${after === null ? '' : instanceText(after)}${version}`
}

/** `spec.tasks.api.replicas 2 → 3` */
const fieldText = ({ path, before, after }: FieldChange): string =>
  `${path.replace(/^spec\./, '')} ${valueText(path, before)} → ${valueText(path, after)}`

const valueText = (path: string, value: unknown): string => {
  if (value === undefined || value === null || value === '') return 'none'
  if (typeof value === 'number') {
    if (path.endsWith('Bytes')) return formatBytes(value)
    if (path.endsWith('cpuMilli')) return formatCores(value)
    return path.endsWith('Ms') ? formatDuration(value) : String(value)
  }
  return typeof value === 'string' ? value : JSON.stringify(value)
}
