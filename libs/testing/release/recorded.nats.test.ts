import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Connection } from '#libs/log'
import { sleeper, withCluster } from '../cluster'
import { loadRecording, readRecording, recordedReleases } from './recording'

const process_ = { driver: 'process' } as const

for (const release of recordedReleases()) {
  test(`a cluster of release ${release} goes on under this one: what ran runs again, and what is submitted comes next`, () => {
    const recording = readRecording(release)
    const history = (connection: Connection): Promise<void> => loadRecording(connection, recording)
    return withCluster({ ...process_, workers: 2, history }, async (cluster) => {
      const { log } = cluster
      const before = recording.messages.length
      await log.event('LeaderElected', ({ role, epoch }) => role === 'manager' && epoch > 2, before + 1)
      // The processes of then are gone with their machine: each instance is started anew.
      const started = new Set<number>()
      await log.until(
        'all instances of web run again',
        ({ jobs }) => {
          for (const { data } of log.all('TaskStarted', before + 1)) if (data.job === 'web') started.add(data.index)
          return started.size === 3 && log.instances('web').every(({ state }) => state === 'running') && jobs.size > 0
        },
        60_000,
      )
      const { version } = await cluster.submit(sleeper('web', { ...process_, replicas: 2, env: { VERSION: '3' } }))
      assert.is(version, 3)
      assert.is((await cluster.submit(sleeper('fresh', process_))).version, 1)
      await log.running('fresh', 1, 60_000)
      await log.until(
        'web runs in its third version',
        () => {
          const running = log.instances('web').filter(({ state }) => state === 'running')
          return running.length === 2 && running.every((instance) => instance.version === 3)
        },
        60_000,
      )
      assert.is(log.view.jobs.get('sum')?.state, 'completed')
      assert.is(log.view.quarantined.size, 0)
    })
  })
}

test.run()
