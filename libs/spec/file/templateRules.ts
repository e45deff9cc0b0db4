import { templateNames, unknownTemplates } from '../container'
import { type Finding, nearest } from '../shapes'
import type { TaskFile } from './taskFields'

/** Every template in the command, its arguments and the environment must be one that the worker can fill in. */
export const templateFindings = ({ command = [], args = [], env, ports }: TaskFile): readonly Finding[] => {
  const known = ports
    .filter(({ hostPort, hostPortRange }) => hostPort !== 0 || hostPortRange !== undefined)
    .map(({ name }) => name)
  const all = ports.map(({ name }) => name)
  const look = (at: Finding['at'], text: string): readonly Finding[] =>
    unknownTemplates(text, known).map((name) => {
      const port = all.find((each) => name === `port.${each}`)
      if (port !== undefined) {
        const what = `the port "${port}" of the machine is chosen when the container has started already`
        return { at, what, next: 'give it a `hostPort`, or a range of them' }
      }
      const names = templateNames(known)
      const guess = nearest(name, names)
      const hint =
        guess === undefined
          ? `there are ${names.map((each) => `\${ork.${each}}`).join(', ')}`
          : `did you mean \${ork.${guess}}?`
      return {
        at,
        what: `"\${ork.${name}}" means nothing`,
        next: `${hint}; write $\${ork.${name}} for the text itself`,
      }
    })
  return [
    ...command.flatMap((text, index) => look(['command', index], text)),
    ...args.flatMap((text, index) => look(['args', index], text)),
    ...Object.entries(env).flatMap(([name, text]) => look(['env', name], text)),
  ]
}
