/** What has a time, or stands where it stood among its like. */
interface Timed {
  readonly time: string | null
}

interface Reader<A> {
  readonly lines: AsyncIterator<A>
  next: A | undefined
  /** Of its last line that had a time. */
  time: string
}

/** Lines of several sources as one, by their times; a line without one comes right behind the line before it. */
export async function* mergeLines<A extends Timed>(sources: readonly AsyncIterable<A>[]): AsyncGenerator<A> {
  const readers = sources.map((source): Reader<A> => {
    return { lines: source[Symbol.asyncIterator](), next: undefined, time: '' }
  })
  const read = async (reader: Reader<A>): Promise<void> => {
    const { done, value } = await reader.lines.next()
    reader.next = done === true ? undefined : value
    if (done !== true) reader.time = value.time ?? reader.time
  }
  await Promise.all(readers.map(read))
  for (;;) {
    let first: Reader<A> | undefined
    for (const reader of readers) {
      if (reader.next !== undefined && (first === undefined || reader.time < first.time)) first = reader
    }
    if (first?.next === undefined) return
    yield first.next
    await read(first)
  }
}
