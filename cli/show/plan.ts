import type { Connection } from '#libs/log'
import type { JobSpec } from '#libs/spec'
import { type Plan, planSubmit } from '../plan/plan'
import { clusterAt } from './replay'

/** What submitting a job now would come to. Nothing is written. Throws OrkFailure, and Interrupted. */
export const plan = async (connection: Connection, spec: JobSpec, signal: AbortSignal): Promise<Plan> => {
  const { cluster } = await clusterAt(connection, await connection.log.lastSeq(), signal)
  return planSubmit(cluster, spec, Date.now())
}
