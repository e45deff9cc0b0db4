import { OrkFailure, orkError } from '#libs/kernel'
import type { Objects, StoredObject } from '../objects'

/** The bucket in memory; `now` in milliseconds since 1970. */
export const memoryObjects = (now: () => number): Objects => {
  const stored = new Map<string, StoredObject & { readonly pieces: readonly Uint8Array[] }>()
  return {
    list: async () => [...stored.values()].map(({ pieces: _, ...object }) => object),
    read: async function* (name) {
      const object = stored.get(name)
      if (object === undefined) throw new OrkFailure(orkError('NoSuchObject', 'is not there', { where: name }))
      yield* object.pieces
    },
    write: async (name, about, pieces) => {
      const all: Uint8Array[] = []
      for await (const piece of pieces) all.push(Uint8Array.from(piece))
      const bytes = all.reduce((sum, { length }) => sum + length, 0)
      stored.set(name, { name, about, bytes, storedAt: now(), pieces: all })
    },
    remove: async (name) => {
      stored.delete(name)
    },
  }
}
