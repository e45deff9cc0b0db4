import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Probe } from '#libs/spec'
import type { Probed } from '../port'
import { commandEnded, commandTooLate, LastWords, notRunning } from '../probe/command'
import { probeEndpoint } from '../probe/endpoint'
import type { Known } from './containers'
import { environmentOf } from './environment'
import { FILES } from './files'
import { signalProcess } from './supervisor'

/** Probes a process of this machine: its ports are the machine's, a command runs beside it. */
export const probeProcess = async (known: Known, probe: Probe, timeoutMs: number): Promise<Probed> => {
  if (known.container.state !== 'running') return notRunning
  if (probe.tag === 'Command') return runBeside(known, probe.command, timeoutMs)
  const published = known.birth.ports.find(({ name }) => name === probe.port.name)
  return probeEndpoint(probe, { host: '127.0.0.1', port: published?.hostPort ?? probe.port.port }, timeoutMs)
}

/** In the process's folder, with its environment as the system has it; ended with all that it began when it is late. */
const runBeside = async (known: Known, command: readonly string[], timeoutMs: number): Promise<Probed> => {
  const env = await environmentOf(known)
  const [program = '', ...rest] = command
  const words = new LastWords()
  return new Promise((resolve) => {
    const child = spawn(program, rest, {
      cwd: join(known.folder, FILES.work),
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const output of [child.stdout, child.stderr]) output.on('data', (chunk: Buffer) => words.add(chunk))
    const timer = setTimeout(() => {
      if (child.pid !== undefined) signalProcess(-child.pid, 9)
      resolve(commandTooLate(command, timeoutMs))
    }, timeoutMs)
    const end = (found: Probed): void => {
      clearTimeout(timer)
      resolve(found)
    }
    child.on('error', ({ message }) => end({ ok: false, detail: message }))
    child.on('close', (code) => end(commandEnded(command, code ?? 1, words)))
  })
}
