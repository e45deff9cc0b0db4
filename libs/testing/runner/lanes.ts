import type { Kind, TestFile } from './select'

/** So many files run at once: most wait more than they work. Of those with an engine of their own, one at a time. */
const LANES = 2
const AT_ONCE: Record<Kind, number> = { pure: LANES, nats: LANES, docker: 1 }

/** Runs the files in their order, but for those that may not run beside what runs: then what may goes first. */
export const inLanes = async (files: readonly TestFile[], run: (file: TestFile) => Promise<void>): Promise<void> => {
  const queue = [...files]
  const running: Record<Kind, number> = { pure: 0, nats: 0, docker: 0 }
  const next = (): TestFile | undefined => {
    const at = queue.findIndex(({ kind }) => running[kind] < AT_ONCE[kind])
    return at < 0 ? undefined : queue.splice(at, 1)[0]
  }
  const lane = async (): Promise<void> => {
    for (let file = next(); file !== undefined; file = next()) {
      running[file.kind] += 1
      await run(file)
      running[file.kind] -= 1
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
}
