import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_RESTART, DEFAULT_STOP, DEFAULT_UPDATE, formatJobFile, type JobSpec } from '#libs/spec'
import { runOrk } from '../../libs/testing/ork'

const JOBS = 10
const MIB = 2 ** 20

/** Services of several sizes with so many instances in all. */
export const jobsWith = (instances: number): readonly JobSpec[] =>
  Array.from({ length: JOBS }, (_, n): JobSpec => {
    const replicas = Math.floor(instances / JOBS) + (n < instances % JOBS ? 1 : 0)
    return {
      name: `service-${n}`,
      kind: 'service',
      tasks: [
        {
          name: 'api',
          driver: 'simulated',
          env: {},
          replicas,
          resources: { cpuMilli: 60 + 10 * n, memoryBytes: (64 + 16 * n) * MIB, diskBytes: 0 },
          ports: [],
          restart: { ...DEFAULT_RESTART, policy: 'always', attempts: null, maxDelayMs: 60_000 },
          stop: DEFAULT_STOP,
          update: { ...DEFAULT_UPDATE, maxParallel: Math.max(1, Math.ceil(replicas / 10)), minHealthyMs: 0 },
        },
      ],
    }
  }).filter(({ tasks }) => tasks.some(({ replicas }) => replicas > 0))

/** Submits each job by `ork submit`, all at once, and does not wait for its instances. */
export const submitAll = async (url: string, jobs: readonly JobSpec[]): Promise<void> => {
  const dir = mkdtempSync(join(tmpdir(), 'ork-jobs-'))
  const runs = jobs.map(async (job) => {
    const file = join(dir, `${job.name}.yaml`)
    writeFileSync(file, formatJobFile(job))
    const { code, stderr } = await runOrk(['submit', file, '--detach'], { nats: url })
    if (code !== 0) throw new Error(`ork submit ${job.name} ended with ${code}: ${stderr}`)
  })
  await Promise.all(runs).finally(() => rmSync(dir, { recursive: true, force: true }))
}
