import type { Connection } from '#libs/log'
import type { JobSpec } from '#libs/spec'
import { type Plan, planSubmit } from '../plan/plan'
import { clusterAt } from './replay'

/** What submitting each of some jobs now would come to, were it the only one. Nothing is written. Throws OrkFailure, and Interrupted. */
export const plan = async (
  connection: Connection,
  specs: readonly JobSpec[],
  signal: AbortSignal,
): Promise<readonly Plan[]> => {
  const { cluster } = await clusterAt(connection, await connection.log.lastSeq(), signal)
  return specs.map((spec) => planSubmit(cluster, spec, Date.now()))
}
