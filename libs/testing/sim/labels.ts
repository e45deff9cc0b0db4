/** The labels that a worker of the simulation brings; half of them are of zone a. */
export const labelsOf = (worker: string): Readonly<Record<string, string>> => ({
  zone: Number(worker.slice(1)) % 2 === 1 ? 'a' : 'b',
})
