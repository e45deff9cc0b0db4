// `npm run record`: runs a cluster through most of what can happen to one and keeps its log, for the releases to come.
// Once for each release, before its version grows; takes about a minute.
import { orkVersion } from '#libs/runtime'
import { sleeper, sleeperTask, type TestCluster, withCluster } from '../cluster'
import { plainDump, type RecordedMessage, writeRecording } from './recording'

const PATIENCE_MS = 60_000
const process_ = { driver: 'process' } as const

/** A task that does something and ends, and is not run again. */
const once = (command: string, restart: { policy: 'never' | 'on-failure'; attempts: number | null }) => {
  const task = sleeperTask({ ...process_, command: ['sh', '-c', command] })
  return { ...task, restart: { ...task.restart, ...restart } }
}

const liveThrough = async (cluster: TestCluster): Promise<void> => {
  const { log } = cluster
  const web = (version: string) => sleeper('web', { ...process_, replicas: 3, env: { VERSION: version } })
  await cluster.submit(web('1'))
  await log.running('web', 3)
  await cluster.submit({ name: 'sum', kind: 'batch', tasks: [{ ...once('exit 0', NEVER), replicas: 2 }] })
  await cluster.submit({ name: 'flaky', kind: 'batch', tasks: [once('exit 3', { policy: 'on-failure', attempts: 2 })] })
  await cluster.submit(sleeper('huge', { ...process_, resources: { cpuMilli: 900_000, memoryBytes: 1, diskBytes: 1 } }))
  await cluster.submit(sleeper('old', process_))
  await log.event('JobCompleted')
  await log.event('JobFailed')
  await log.event('TaskUnplaceable')
  await log.running('old', 1)
  await cluster.stopJob('huge')
  await cluster.stopJob('old')
  await log.until('two jobs have stopped', ({ jobs }) => {
    return ['huge', 'old'].every((job) => jobs.get(job)?.state === 'stopped')
  })
  await cluster.submit(web('2'))
  await log.until('all runs in its second version', () => log.instances('web').every(isUp(2)), PATIENCE_MS)
  await cluster.service('m1').kill()
  await cluster.service('m1').start()
  await log.until('a manager leads again', ({ leaders }) => leaders.manager.epoch === 2, PATIENCE_MS)
  await cluster.service('w2').end()
  await cluster.service('w2').start()
  await cluster.service('w2').kill()
  await log.event('TaskLost', () => true, 1, PATIENCE_MS)
  await log.until('what was lost runs elsewhere', () => log.instances('web').every(isUp(2)), PATIENCE_MS)
  await cluster.service('w2').start()
  await log.until('both workers are ready', ({ workers }) =>
    [...workers.values()].every((one) => one.state === 'ready'),
  )
  await quarantined(cluster)
}

const NEVER = { policy: 'never', attempts: null } as const

const isUp =
  (version: number) =>
  (instance: { readonly state: string; readonly version: number }): boolean =>
    instance.state === 'running' && instance.version === version

/** Something that no release can read; an operator went on without it. */
const quarantined = async ({ connection, log }: TestCluster): Promise<void> => {
  await connection.bus.request('ork.events.job.sum.JobPraised', 'nonsense', 10_000)
  const { data } = await log.event('EventQuarantined')
  await connection.bus.request('ork.api.v1.skip', { sequence: data.sequence, reason: 'nonsense', actor: 'ada' }, 10_000)
  await log.event('QuarantineLifted')
}

const messagesOf = async ({ connection, log }: TestCluster): Promise<RecordedMessage[]> => {
  const messages: RecordedMessage[] = []
  for await (const batch of connection.log.messages(1, log.entries.length)) {
    for (const { subject, data } of batch)
      messages.push({ subject, event: JSON.parse(Buffer.from(data).toString('utf8')) })
  }
  return messages
}

const record = (): Promise<void> =>
  withCluster({ ...process_, workers: 2 }, async (cluster) => {
    await liveThrough(cluster)
    const messages = await messagesOf(cluster)
    if (messages.length !== cluster.log.view.seq) throw new Error('the log grew meanwhile: try again')
    writeRecording({ release: orkVersion(), messages, dump: plainDump(cluster.log.view) })
    console.log(`recorded ${messages.length} events of release ${orkVersion()}`)
  })

record().catch((cause: unknown) => {
  console.error(cause)
  process.exitCode = 1
})
