import { matching, processText, record } from '../shapes'

const ACCOUNT = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}'

export const userShape = matching('a user such as 1000, app or 1000:1000', new RegExp(`^${ACCOUNT}(:${ACCOUNT})?$`))

const LABEL = '[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?'

export const hostnameShape = matching(
  'a host name of letters, digits, "-" and ".", at most 63 characters',
  new RegExp(`^(?=.{1,63}$)${LABEL}(\\.${LABEL})*$`),
)

/** A host name as DNS has it. */
export const domainShape = matching('a domain name', new RegExp(`^(?=.{1,253}$)${LABEL}(\\.${LABEL})*$`))

/** Names that start with `ork.` are ork's own: by them it finds its containers. */
export const labelsShape = record(
  'a map of names to texts',
  {
    expected: 'a label of letters, digits, ".", "_", "-" and "/" that does not start with "ork."',
    pattern: /^(?!ork\.)[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$/,
  },
  processText,
  () => 'write a map: `labels: {team: web}`',
)
