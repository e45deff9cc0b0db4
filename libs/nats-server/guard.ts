import { spawn } from 'node:child_process'

/** On the end of its input without a word, which is what the death of its parent looks like, it ends the process. */
const SCRIPT = 'trap "" INT HUP; read -r word || kill -TERM "$1"'

/**
 * Ends a process when this one dies, by whatever cause: a shell in a session of its own holds the other end of a pipe.
 * @returns call it when the process has ended by itself, so that its pid, which may be reused, is left alone
 */
export const endWithParent = (pid: number): (() => void) => {
  const guard = spawn('/bin/sh', ['-c', SCRIPT, 'ork-guard', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  // A guard that could not be started, or was killed, is no reason to fail: the next start finds the orphan.
  guard.on('error', () => undefined)
  guard.stdin.on('error', () => undefined)
  guard.unref()
  return () => guard.stdin.end('done\n')
}
