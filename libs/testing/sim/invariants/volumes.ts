import { volumesOf } from '#libs/cluster'
import type { LogInvariant } from './invariant'

export const volumes: LogInvariant = {
  name: 'whoever has a named volume is where that was made, until its worker is given up',
  watch: ({ truth }, fail) => {
    const homes = new Map<string, string>()
    return {
      stored: ({ seq, event }) => {
        if (event.type === 'WorkerForgotten') {
          for (const [name, home] of homes) if (home === event.data.worker) homes.delete(name)
        }
        if (event.type !== 'TaskScheduled' && event.type !== 'TaskStarted') return
        const { job, task, index, worker } = event.data
        const instance = truth.jobs.get(job)?.tasks.get(task)?.instances.at(index)
        if (instance === undefined || instance.worker !== worker || instance.state === 'pending') return
        for (const name of volumesOf(instance)) {
          const home = homes.get(name)
          if (home !== undefined && home !== worker && event.type === 'TaskScheduled' && instance.placedSeq === seq) {
            fail(`volume ${name} is on ${home}, and ${job}.${task}.${index} goes to ${worker} at ${seq}`)
          }
          if (home === undefined && event.type === 'TaskStarted' && instance.state === 'running')
            homes.set(name, worker)
        }
      },
    }
  },
}
