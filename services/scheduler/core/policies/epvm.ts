import type { Scored } from './policy'

/**
 * The opportunity cost of Amir, Awerbuch, Barak, Borgstrom and Keren, "An Opportunity Cost Approach for Job Assignment
 * in a Scalable Computing Cluster" (IEEE TPDS 11(7), 2000): a worker's cost is the sum over its resources of `n^load`
 * with n the number of machines; an instance goes where that sum grows least, by
 *
 *     sum over resources r of  n^(u_r + d_r) - n^(u_r)  =  n^(u_r) * (n^(d_r) - 1)
 *
 * with u_r the share of r in use and d_r the share asked for. Whatever comes, in whatever order, the fullest resource is
 * then at most O(log n) times as full as the best possible assignment would have it.
 *
 * The paper's loads are memory and the number of jobs, of which nobody knows the most there will be: it takes the jobs
 * as a share of a guess that doubles whenever a machine has more. So does the term `instances` here (`maxInstances`);
 * cpu, memory and disk have a capacity, and are shares of that.
 */
export const epvm: Scored = {
  name: 'epvm',
  pick: 'best',
  summary: 'the least opportunity cost: the sum of n^load over the resources grows least',
  base: 0,
  terms: ['cpu', 'memory', 'disk', 'instances'],
  measured: false,
  level: (use, { logMachines }) => Math.exp(logMachines * use),
  weight: (asked, { logMachines }) => Math.exp(logMachines * asked) - 1,
  load: (use, { logMachines }) => Math.exp(logMachines * use),
  tier: () => 0,
}
