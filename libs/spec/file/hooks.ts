import { MAX_DELAY_MS, MAX_HOOKS } from '../limits'
import { HOOK_STAGES, type HookSpec, type HookStage, type TaskSpec } from '../model'
import { defaulted, type Finding, list, optional, record, required, type Shape, struct, writtenText } from '../shapes'
import { ENV_NAME, nameShape } from '../words'
import { wordsShape } from './command'
import { imageShape } from './image'
import { duration } from './units'

const hookShape = struct<HookSpec>('a hook', {
  name: required(nameShape, { doc: 'Name of the hook, unique in the task.', example: 'migrate' }),
  image: optional(imageShape, {
    doc: 'Image of the hook, by tag or digest.',
    example: 'shop/tools:3',
    otherwise: "the task's",
  }),
  command: optional(wordsShape, {
    doc: "Replaces the image's entrypoint; what the process driver runs.",
    example: ['./migrate'],
    synonyms: ['entrypoint', 'cmd', 'exec'],
  }),
  args: optional(wordsShape, {
    doc: "Replaces the image's default arguments; follows `command`.",
    example: ['--up'],
    synonyms: ['arguments', 'argv'],
  }),
  env: defaulted(
    record('a map of names to texts', ENV_NAME, writtenText, () => 'write a map: `env: {NAME: value}`'),
    {},
    {
      doc: "Environment variables beside those of the task; of two with one name the hook's.",
      example: { STEP: 'up' },
      synonyms: ['environment', 'envs', 'vars', 'variables'],
    },
  ),
  timeoutMs: defaulted(duration({ min: 100, max: MAX_DELAY_MS }), 300_000, {
    key: 'timeout',
    doc: 'How long it may take; what takes longer is stopped, and has failed.',
    example: '1m',
    unit: 'duration',
    synonyms: ['deadline', 'activedeadlineseconds'],
  }),
})

/** Hooks in the order in which they run. */
export const hooksShape: Shape<readonly HookSpec[]> = list('a list of hooks', hookShape, {
  min: 1,
  max: MAX_HOOKS,
  unique: 'name',
  hint: () => 'write a list: `- {name: migrate, command: [./migrate]}`',
})

/** What must hold between the hooks of a task, and between them and the task. */
export const hookRules = (task: Pick<TaskSpec, 'driver' | HookStage>): readonly Finding[] => {
  const names = new Set(task.prestart?.map(({ name }) => name))
  return HOOK_STAGES.flatMap((stage) =>
    (task[stage] ?? []).flatMap(({ name, image, command, args }, index): readonly Finding[] => {
      const at = [stage, index]
      const findings: Finding[] = []
      const add = (field: string, what: string, next: string): void => {
        findings.push({ at: [...at, field], what, next })
      }
      if (stage === 'poststop' && names.has(name))
        add('name', `the name "${name}" is taken by a hook of \`prestart\``, 'choose another')
      if (command?.[0] === '') add('command', 'the program to run is an empty text', 'name a program')
      if (task.driver === 'process') {
        if (image !== undefined) add('image', 'the process driver runs no image', 'remove it, or take driver docker')
        if (command === undefined)
          add('command', '`command` is missing, the process driver needs one', 'for example `command: ["./migrate"]`')
      } else if (image === undefined && command === undefined && args === undefined) {
        add('command', 'nothing says what the hook runs', 'give it a `command`, `args` or an `image` of its own')
      }
      return findings
    }),
  )
}
