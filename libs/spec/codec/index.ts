import * as t from 'io-ts'
import { MAX_PRIORITY, MAX_TASKS } from '../limits'
import type { JobSpec, PlacementSpec, TaskSpec } from '../model'
import { type About, flag, integer, list, optional, required, type Shape, struct } from '../shapes'
import { kindShape, nameShape, placementPolicyShape } from '../words'
import { count } from './count'
import { cron, params } from './cron'
import { task } from './task'

const placement = struct<PlacementSpec>('where instances go', {
  policy: optional(placementPolicyShape),
  colocate: optional(flag),
})

const job = struct<JobSpec>('a job', {
  name: required(nameShape),
  kind: required(kindShape),
  priority: optional(integer({ min: 0, max: MAX_PRIORITY })),
  placement: optional(placement),
  lostAfterMs: optional(count),
  deadlineMs: optional(count),
  cron: optional(cron),
  tasks: required(list('a list of tasks', task, { min: 1, max: MAX_TASKS })),
})

/** A shape whose written form is the canonical one, as a plain io-ts codec. */
const canonical = <A>(name: string, shape: Shape<A>): t.Type<A> =>
  new t.Type<A>(name, shape.is, shape.validate, t.identity)

/**
 * The job as events carry it: nothing left out, every number finite and whole where it counts something, names by
 * pattern. A key this version does not know is refused: a job that is half understood must not run. `is` is the
 * quick check, `decode` says why not.
 */
export const JobSpecCodec: t.Type<JobSpec> = canonical('JobSpec', job)

/** One task of such a job by itself. */
export const TaskSpecCodec: t.Type<TaskSpec> = canonical('TaskSpec', task)

/** The parameters of a run of a cron job. */
export const ParamsCodec: t.Type<Readonly<Record<string, string>>> = canonical('Params', params)

/** What that codec accepts, as data. */
export const jobSpecAbout: About = job.about
