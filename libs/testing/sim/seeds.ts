import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Outcome } from './run'
import type { Task } from './thread'

/** What came of one seed. */
export interface Played {
  readonly task: Task
  readonly outcome: Outcome
}

/** Plays tasks on several threads and hands on each outcome as it comes; ends with the tasks, or where told to stop. */
export const playAll = async (
  tasks: Iterator<Task>,
  threads: number,
  onPlayed: (played: Played) => 'go on' | 'stop',
): Promise<void> => {
  let stopped = false
  const lane = async (): Promise<void> => {
    const thread = new Worker(join(__dirname, 'thread.js'))
    try {
      for (let next = tasks.next(); !next.done && !stopped; next = tasks.next()) {
        const outcome = await ask(thread, next.value)
        if (onPlayed({ task: next.value, outcome }) === 'stop') stopped = true
      }
    } finally {
      await thread.terminate()
    }
  }
  await Promise.all(Array.from({ length: threads }, lane))
}

const ask = (thread: Worker, task: Task): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    thread.once('error', reject)
    thread.once('message', (outcome: Outcome) => {
      thread.off('error', reject)
      resolve(outcome)
    })
    thread.postMessage(task)
  })
