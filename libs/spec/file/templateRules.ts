import { templateNames, unknownTemplates } from '../container'
import { HOOK_STAGES } from '../model'
import { type Finding, nearest } from '../shapes'
import type { TaskFile } from './taskFields'

type Texts = Pick<TaskFile, 'command' | 'args' | 'env'>

/** Every template in commands, their arguments and the environment must be one that the worker can fill in. */
export const templateFindings = (task: TaskFile): readonly Finding[] => {
  const { ports } = task
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
  const lookAll = (at: Finding['at'], { command = [], args = [], env }: Texts): readonly Finding[] => [
    ...command.flatMap((text, index) => look([...at, 'command', index], text)),
    ...args.flatMap((text, index) => look([...at, 'args', index], text)),
    ...Object.entries(env).flatMap(([name, text]) => look([...at, 'env', name], text)),
  ]
  return [
    ...lookAll([], task),
    ...(task.health?.command ?? []).flatMap((text, index) => look(['health', 'command', index], text)),
    ...HOOK_STAGES.flatMap((stage) => (task[stage] ?? []).flatMap((hook, index) => lookAll([stage, index], hook))),
  ]
}
