import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { extract, type Headers, pack } from 'tar-fs'

/** What was copied. */
export interface Tally {
  files: number
  bytes: number
  /** Links that would have led outside of what was copied. */
  leftOut: number
}

/** Nothing copied yet. */
export const noTally = (): Tally => ({ files: 0, bytes: 0, leftOut: 0 })

/** As they are in the stream; the types know nothing of where a link leads. */
type Entry = Headers & { readonly linkname?: string | null }

// Nobody here is root of a container's files, and links are looked at by ourselves: one that leads outside is left out.
const OPTIONS = { chown: false, strict: false, validateSymlinks: false }

/**
 * Unpacks a tar stream of one file or folder as `top` below `folder`. Whatever the stream says, nothing is written
 * anywhere else: not by `..`, nor by absolute names, nor through links.
 */
export const unpackAs = (folder: string, top: string, tally: Tally): NodeJS.WritableStream => {
  const root = join(folder, top)
  return extract(folder, {
    ...OPTIONS,
    map: (header) => counted(renamed(header, top), tally),
    ignore: (file, header) => {
      const leaves = header !== undefined && leadsOutOf(root, file, header)
      if (leaves) tally.leftOut += 1
      return leaves
    },
  })
}

/** Packs a file or folder of this machine under the name `top`, as root's. */
export const packAs = (path: string, top: string, tally: Tally): AsyncIterable<unknown> =>
  pack(dirname(path), {
    entries: [basename(path)],
    strict: false,
    map: (header) => counted({ ...renamed(header, top), uid: 0, gid: 0 }, tally),
  })

const renamed = (header: Entry, top: string): Entry => {
  const under = (name: string): string =>
    join(
      top,
      ...name
        .split('/')
        .slice(1)
        .filter((part) => part !== '..'),
    )
  const { linkname } = header
  const target = header.type === 'link' && typeof linkname === 'string' ? { linkname: under(linkname) } : {}
  return { ...header, name: under(header.name), ...target }
}

const leadsOutOf = (root: string, file: string, { type, linkname }: Entry): boolean => {
  if (type !== 'symlink') return false
  const way = relative(root, resolve(dirname(file), linkname ?? ''))
  return isAbsolute(linkname ?? '') || way === '..' || way.startsWith('../')
}

const counted = (header: Entry, tally: Tally): Entry => {
  if (header.type !== 'file') return header
  tally.files += 1
  tally.bytes += header.size
  return header
}
