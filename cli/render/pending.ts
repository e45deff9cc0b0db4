/** What the scheduler's tests of a worker mean for an instance that waits; each is said of one worker, and of several. */
const MEANS: Readonly<Record<string, readonly [one: string, several: string]>> = {
  target: ['is not the one that it is for', 'are not the one that it is for'],
  colocate: ['is not where its replica runs', 'are not where its replica runs'],
  ready: ['is not ready', 'are not ready'],
  driver: ['has not its driver', 'have not its driver'],
  constraints: ['does not meet its constraints', 'do not meet its constraints'],
  volumes: ['is not where its volume is', 'are not where its volume is'],
  rejected: ['has turned it down', 'have turned it down'],
  distinctWorkers: ['runs another of its task', 'run another of its task'],
  cpu: ['has too little cpu free', 'have too little cpu free'],
  memory: ['has too little memory free', 'have too little memory free'],
  disk: ['has too little disk free', 'have too little disk free'],
  devices: ['has too few devices free', 'have too few devices free'],
  ports: ['has no host port free for it', 'have no host port free for it'],
  followers: ['does not suit the rest of its replica', 'do not suit the rest of its replica'],
  kept: ['is kept for one that has waited longer', 'are kept for one that has waited longer'],
}

/** `3 workers are not ready`; what another release may say stays as it is. */
export const whyNot = (reason: string, workers: number): string => {
  const means = MEANS[reason]
  if (means === undefined || workers === 0) return workers === 0 ? reason : `${reason} on ${workers}`
  return workers === 1 ? `1 worker ${means[0]}` : `${workers} workers ${means[1]}`
}

/** Why an instance waits, in words: the log's fold, which may have a million of them, keeps it as `ready on 3, cpu on 1`. */
export const whyPending = (reason: string): string =>
  reason.replace(/(?<=^|, )(\w+) on (\d+)(?=, |$)/g, (_, name: string, workers: string) =>
    whyNot(name, Number(workers)),
  )
