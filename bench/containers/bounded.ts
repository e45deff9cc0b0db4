/** `Promise.all` over `items` with at most `width` at once, begun in order. */
export const mapBounded = async <A, B>(
  items: readonly A[],
  width: number,
  work: (item: A) => Promise<B>,
): Promise<B[]> => {
  const results: B[] = []
  const rest = items.entries()
  const lane = async (): Promise<void> => {
    for (const [at, item] of rest) results[at] = await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane))
  return results
}
