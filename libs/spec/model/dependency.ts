/**
 * What of another task a task waits for before an instance of it is placed: that one of its instances runs, that one is
 * up, or that all have succeeded.
 */
export type DependencyCondition = 'started' | 'healthy' | 'completed'

export const DEPENDENCY_CONDITIONS: readonly DependencyCondition[] = ['started', 'healthy', 'completed']

/** By the name of a task of the same job. */
export type Dependencies = Readonly<Record<string, DependencyCondition>>

interface Dependent {
  readonly name: string
  readonly dependsOn?: Dependencies
}

/** The names along a circle of tasks that wait for one another, the first again at the end; null: there is none. */
export const dependencyCycle = (tasks: readonly Dependent[]): readonly string[] | null => {
  const waitsFor = new Map(tasks.map(({ name, dependsOn = {} }) => [name, Object.keys(dependsOn)]))
  const cleared = new Set<string>()
  for (const { name } of tasks) {
    const cycle = follow(name, waitsFor, [], cleared)
    if (cycle !== null) return cycle
  }
  return null
}

const follow = (
  name: string,
  waitsFor: ReadonlyMap<string, readonly string[]>,
  path: readonly string[],
  cleared: Set<string>,
): readonly string[] | null => {
  const at = path.indexOf(name)
  if (at >= 0) return [...path.slice(at), name]
  if (cleared.has(name)) return null
  for (const next of waitsFor.get(name) ?? []) {
    const cycle = follow(next, waitsFor, [...path, name], cleared)
    if (cycle !== null) return cycle
  }
  cleared.add(name)
  return null
}
