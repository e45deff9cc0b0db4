import { type Instance, idOf } from '#libs/cluster'
import { constraints } from './constraints'
import { devices } from './devices'
import { distinctWorkers } from './distinctWorkers'
import { driver } from './driver'
import { beside, type Candidate, type Filter } from './filter'
import { hostPorts } from './hostPorts'
import { notRejected } from './notRejected'
import { volumes } from './volumes'

/** An instance of a job whose tasks share a worker goes to where its replica is. */
export const colocate: Filter = {
  name: 'colocate',
  about: 'instance',
  rejects: (instance, { worker, homeOf }) => {
    const home = homeOf(instance)
    return home === null || home === worker.name ? null : `its replica runs on ${home}`
  },
  remedy: () => null,
}

/** Besides room, of which the sum is asked, and of what is the same for all of a job. */
const OF_EACH: readonly Filter[] = [driver, constraints, volumes, notRejected, distinctWorkers, devices, hostPorts]

/** The first of a replica goes where those that follow it may be, too. */
export const followers: Filter = {
  name: 'followers',
  about: 'instance',
  rejects: (instance, candidate) => {
    for (const [follower, there] of companyOf(instance, candidate)) {
      for (const filter of OF_EACH) {
        const detail = filter.rejects(follower, there)
        if (detail !== null) return `${idOf(follower)} is to follow, and ${detail}`
      }
    }
    return null
  },
  remedy: (instance, candidate) => {
    const needs: string[] = []
    for (const [follower, there] of companyOf(instance, candidate)) {
      for (const filter of OF_EACH) {
        if (filter.rejects(follower, there) === null) continue
        const need = filter.remedy(follower, there)
        if (need === null) return null
        needs.push(`${need} for ${idOf(follower)}`)
      }
    }
    return needs.join(' and ')
  },
}

/** Each that follows, and the worker as it is once those before it are there. */
function* companyOf(instance: Instance, candidate: Candidate): Generator<readonly [Instance, Candidate]> {
  let [last, there] = [instance, candidate]
  for (const follower of candidate.followersOf(instance)) {
    there = beside(last, there)
    yield [follower, there]
    last = follower
  }
}
