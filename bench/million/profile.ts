import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'

/** Loaded first by a service that is to be profiled: writes a profile of its whole life to `ORK_BENCH_PROFILE`. */
const file = process.env.ORK_BENCH_PROFILE
if (file !== undefined) {
  const session = new Session()
  session.connect()
  session.post('Profiler.enable')
  session.post('Profiler.setSamplingInterval', { interval: 500 })
  session.post('Profiler.start')
  process.once('exit', () =>
    session.post('Profiler.stop', (_error, result) => writeFileSync(file, JSON.stringify(result.profile))),
  )
}
