import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from '#libs/log'
import { type ClusterUse, clusterUse, instanceUse } from '../client/usage'
import { Interrupted } from '../failure'
import { toJson } from '../render/escape'
import { LiveRegion } from '../render/live'
import { type Order, renderStats, renderTop, useJson } from '../render/usage'
import type { Show } from './events'

/** How often what is shown is measured anew. */
const EVERY_MS = 2_000

/** Writes what containers use, one or all; `follow`: again and again, in place on a terminal. */
export const showStats = async (
  connection: Connection,
  { id, follow }: { readonly id: string | null; readonly follow: boolean },
  { json, out, signal }: Show,
): Promise<void> => {
  const region = follow && out.isTerminal && !json ? new LiveRegion(out) : null
  do {
    const uses = id === null ? (await clusterUse(connection)).instances : await instanceUse(connection, id)
    if (json) for (const use of uses) await out.write(`${toJson(use)}\n`)
    else if (region === null) await out.write(`${renderStats(uses)}\n`)
    else await region.draw(renderStats(uses).split('\n').slice(0, region.limit))
    if (follow) await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined)
  } while (follow && !signal.aborted)
  region?.end()
  if (signal.aborted) throw new Interrupted()
}

const ESC = '\u001b['
const KEYS: Readonly<Record<string, Order>> = { c: 'cpu', m: 'memory', n: 'net' }

/** Shows the cluster's use on a screen of its own until `q` or Ctrl-C; once where there is no terminal. */
export const showTop = async (connection: Connection, first: Order, { json, out, signal }: Show): Promise<void> => {
  if (json) return out.write(`${toJson(useJson(await clusterUse(connection)))}\n`)
  const look = () => ({ now: Date.now(), colours: out.colours })
  if (!out.isTerminal || process.stdin.isTTY !== true) {
    const use = await clusterUse(connection)
    return out.write(`${renderTop(use, null, first, Number.MAX_SAFE_INTEGER, look()).join('\n')}\n`)
  }
  const screen = new Screen(first)
  const leave = AbortSignal.any([signal, screen.left])
  await out.write(`${ESC}?1049h${ESC}?25l${ESC}?7l`)
  try {
    let before: ClusterUse | null = null
    while (!leave.aborted) {
      const now: ClusterUse = await clusterUse(connection)
      const draw = async (): Promise<void> => {
        const lines = renderTop(now, before, screen.order, out.rows - 2, look())
        const help = out.colours.dim(`by ${screen.order}; c, m, n: by cpu, memory, network; q: leave`)
        await out.write(`${ESC}H${lines.map((line) => `${line}${ESC}K\n`).join('')}${ESC}J\n${help}`)
      }
      await draw()
      screen.onKey = () => void draw()
      await sleep(EVERY_MS, undefined, { signal: leave }).catch(() => undefined)
      before = now
    }
  } finally {
    screen.end()
    await out.write(`${ESC}?7h${ESC}?25h${ESC}?1049l`)
  }
}

/** The keys that are pressed while it is shown. */
class Screen {
  onKey: () => void = () => {}
  private readonly leaving = new AbortController()

  constructor(public order: Order) {
    process.stdin.setRawMode(true).on('data', this.pressed)
  }

  get left(): AbortSignal {
    return this.leaving.signal
  }

  end(): void {
    process.stdin.off('data', this.pressed).setRawMode(false).pause()
  }

  private readonly pressed = (bytes: Buffer): void => {
    for (const key of bytes.toString()) {
      if (key === 'q' || key === '\u0003') this.leaving.abort()
      this.order = KEYS[key] ?? this.order
    }
    this.onKey()
  }
}
