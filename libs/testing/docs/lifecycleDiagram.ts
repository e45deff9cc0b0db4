import { INSTANCE_STATES, isOver, LIFECYCLE, type StepType } from '#libs/cluster'

/** The lifecycle of an instance as a mermaid state diagram: one arrow for all steps between the same two states. */
export const lifecycleDiagram = (): string => {
  const arrows = new Map<string, string[]>()
  for (const [type, steps] of Object.entries(LIFECYCLE) as [StepType, Readonly<Record<string, string>>][]) {
    for (const [from, to] of Object.entries(steps)) {
      if (from === to) continue
      const arrow = `${from} --> ${to}`
      arrows.set(arrow, [...(arrows.get(arrow) ?? []), type.replace(/^Task/, '')])
    }
  }
  const lines = [...arrows].map(([arrow, types]) => `    ${arrow}: ${types.join(', ')}`)
  const ends = INSTANCE_STATES.filter(isOver).map((state) => `    ${state} --> [*]`)
  return ['```mermaid', 'stateDiagram-v2', '    [*] --> pending', ...lines, ...ends, '```'].join('\n')
}

/** The same as a table, complete: every step from every state. */
export const lifecycleTable = (): string => {
  const rows = Object.entries(LIFECYCLE).map(([type, steps]) => {
    const cells = INSTANCE_STATES.filter((state) => !isOver(state)).map((state) => steps[state] ?? '')
    return `| ${type} | ${cells.join(' | ')} |`
  })
  const states = INSTANCE_STATES.filter((state) => !isOver(state))
  return [`| from | ${states.join(' | ')} |`, `|---|${states.map(() => '---|').join('')}`, ...rows].join('\n')
}
