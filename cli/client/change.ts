import * as E from 'fp-ts/Either'
import * as O from 'fp-ts/Option'
import { isName, type OrkError, orkError, parseBytes } from '#libs/kernel'
import { nearest, PLACEMENT_POLICIES } from '#libs/spec'
import type { Change } from '../whatif'

/** A change as it is typed; a job is read from its file by who has the text. */
export type Typed = Exclude<Change, { tag: 'job' }> | { readonly tag: 'file'; readonly file: string }

const MEANS = /^(\d+(?:\.\d{1,3})?)(?:cpu)?\/([^/]+)(?:\/([^/]+))?$/i
const HOW =
  'write policy=binpack, worker:w9=8cpu/32GiB (disk may follow: /500GiB), worker:w3=gone, drain:w2, job:FILE, or nothing'

/** Reads what is to be otherwise: `policy=binpack`, `worker:w9=8cpu/32GiB`, `worker:w3=gone`, `drain:w2`, `job:FILE`. */
export const parseChange = (text: string): E.Either<OrkError, Typed> => {
  const [what = '', rest = ''] = cut(text, /[:=]/)
  switch (what) {
    case 'policy': {
      const policy = PLACEMENT_POLICIES.find((known) => known === rest)
      if (policy !== undefined) return E.right({ tag: 'policy', policy })
      const guess = nearest(rest, PLACEMENT_POLICIES)
      const next = guess === undefined ? `there are ${PLACEMENT_POLICIES.join(', ')}` : `did you mean \`${guess}\`?`
      return refuse(text, `there is no policy "${rest}"`, next)
    }
    case 'worker': {
      const [worker = '', means = ''] = cut(rest, /=/)
      if (!isName(worker)) return refuse(text, `"${worker}" is not the name of a worker`, HOW)
      return means === 'gone' ? E.right({ tag: 'gone', worker }) : capacity(text, worker, means)
    }
    case 'drain':
      return isName(rest)
        ? E.right({ tag: 'drain', worker: rest })
        : refuse(text, `"${rest}" is not the name of a worker`, HOW)
    case 'job':
      return rest === '' ? refuse(text, 'it names no file', HOW) : E.right({ tag: 'file', file: rest })
    default:
      return refuse(text, 'it is not known what that would change', HOW)
  }
}

const cut = (text: string, at: RegExp): [string, string] => {
  const place = text.search(at)
  return place < 0 ? [text, ''] : [text.slice(0, place), text.slice(place + 1)]
}

const capacity = (text: string, worker: string, means: string): E.Either<OrkError, Typed> => {
  const [, cores = '', memory = '', disk] = MEANS.exec(means) ?? []
  const memoryBytes = parseBytes(memory)
  const diskBytes = disk === undefined ? O.some(null) : parseBytes(disk)
  if (cores === '' || O.isNone(memoryBytes) || O.isNone(diskBytes)) {
    return refuse(text, `"${means}" is not what a worker has`, HOW)
  }
  const cpuMilli = Math.round(Number(cores) * 1_000)
  const has = { cpuMilli, memoryBytes: memoryBytes.value, diskBytes: diskBytes.value }
  return E.right({ tag: 'worker', worker, capacity: has })
}

const refuse = (text: string, what: string, next: string): E.Either<OrkError, never> =>
  E.left(orkError('BadChange', `"${text}": ${what}`, { where: '--what-if', next }))
