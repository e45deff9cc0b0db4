import type { LogLine, LogOptions } from '../port'
import { type Simulated, untilEnded } from './host'

const untilAborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))

/** What the environment says it prints, all at its start. */
export async function* simulatedLogs(
  container: Simulated,
  { follow, tail, sinceMs = 0, signal }: LogOptions,
): AsyncGenerator<LogLine> {
  const { stdout, stderr } = container.behaviour
  const time = new Date(container.startedAt).toISOString()
  const lines: LogLine[] = [
    ...stdout.map((text): LogLine => ({ stream: 'stdout', time, text })),
    ...stderr.map((text): LogLine => ({ stream: 'stderr', time, text })),
  ]
  if (container.startedAt < sinceMs) lines.length = 0
  for (const line of tail === undefined ? lines : lines.slice(Math.max(0, lines.length - tail))) {
    if (signal.aborted) return
    yield line
  }
  if (follow && !signal.aborted) await Promise.race([untilAborted(signal), untilEnded(container)])
}
