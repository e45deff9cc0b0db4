import type { Replies } from '#libs/api'
import { formatBytes, OrkFailure, orkError } from '#libs/kernel'
import type { Connection } from '#libs/log'
import { callWorker } from '../client/ask'
import { list } from '../client/call'
import { stderr } from '../output'
import { escapeText, toJson } from '../render/escape'
import { count } from '../render/sentence'
import { renderTable } from '../render/table'
import type { Show } from './events'
import { whoAmI } from './submit'

export interface PruneOptions extends Omit<Show, 'signal'> {
  /** Null: all that are ready. */
  readonly worker: string | null
  readonly volumes: boolean
  /** Without it, it is only shown what would go. */
  readonly yes: boolean
}

/** Shows what no job has a use for any more, worker by worker, or removes it. Throws OrkFailure. */
export const prune = async (connection: Connection, options: PruneOptions): Promise<void> => {
  const { items } = await list(connection, 'workers', {})
  const names = items
    .filter(({ name, state }) => (options.worker ?? name) === name && state === 'ready')
    .map(({ name }) => name)
  if (names.length === 0) {
    const which = options.worker === null ? 'no worker is ready' : `there is no worker ${options.worker} that is ready`
    throw new OrkFailure(orkError('NoWorker', which, { next: '`ork workers` shows them' }))
  }
  const request = { volumes: options.volumes, apply: options.yes, actor: whoAmI() }
  let found = 0
  for (const worker of names) {
    try {
      const pruned = await callWorker(connection, worker, 'prune', request)
      found += await show(worker, pruned, options)
    } catch (cause) {
      if (!(cause instanceof OrkFailure) || names.length === 1) throw cause
      await stderr.write(`${escapeText(`${worker}: ${cause.error.what}`)}\n`)
    }
  }
  if (options.json) return
  if (found === 0) await options.out.write('nothing to remove: all that is there is used\n')
  else if (!options.yes)
    await options.out.write(`\nnothing was removed yet: \`ork prune --yes\` removes ${count(found, 'thing')}\n`)
}

const show = async (worker: string, pruned: Replies['prune'], { json, out }: PruneOptions): Promise<number> => {
  const { containers, images, volumes } = pruned
  if (json) await out.write(`${toJson({ worker, ...pruned })}\n`)
  const rows = [
    ...containers.map(({ id, attempt }) => ['container', `${id} attempt ${attempt}`, '']),
    ...images.map(({ name, bytes }) => ['image', name, formatBytes(bytes)]),
    ...volumes.map((name) => ['volume', name, '']),
  ]
  const table = renderTable(
    ['WORKER', 'KIND', 'NAME', 'SIZE'],
    rows.map((row) => [worker, ...row]),
    '',
  )
  if (!json && table !== '') await out.write(`${table}\n`)
  return rows.length
}
