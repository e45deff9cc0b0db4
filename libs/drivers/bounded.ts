/** Lets at most `size` of the given jobs run at once; the others wait their turn in order. */
export const limiter = (size: number): (<T>(job: () => Promise<T>) => Promise<T>) => {
  const waiting: (() => void)[] = []
  let running = 0
  return async (job) => {
    if (running >= size) await new Promise<void>((resolve) => waiting.push(resolve))
    else running += 1
    try {
      return await job()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}

/** `Promise.all` over `items` with at most `size` at once. */
export const mapBounded = async <A, B>(
  items: readonly A[],
  size: number,
  work: (item: A) => Promise<B>,
): Promise<B[]> => {
  const turn = limiter(size)
  return await Promise.all(items.map((item) => turn(() => work(item))))
}

/** Runs jobs of the same key one after the other, of different keys at once. */
export const keyedQueue = (): (<T>(key: string, job: () => Promise<T>) => Promise<T>) => {
  const last = new Map<string, Promise<unknown>>()
  return async (key, job) => {
    const before = last.get(key) ?? Promise.resolve()
    const mine = before.then(job, job)
    last.set(key, mine)
    try {
      return await mine
    } finally {
      if (last.get(key) === mine) last.delete(key)
    }
  }
}
