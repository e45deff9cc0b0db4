import type { Kind, TestFile } from './select'

/** So many files of a kind run at once; one with an engine beside two with a server, as all of these wait more than they work. */
const AT_ONCE: Record<Kind, number> = { pure: 2, nats: 2, docker: 1 }
const LANES = 3

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
