import { stringify } from 'yaml'
import { jobFileShape } from './file/job'
import type { JobSpec } from './model'

/**
 * A canonical job as a YAML file with every default written out, but for those that are nothing; `parseJobFile` gives the
 * same job back.
 */
export const formatJobFile = (spec: JobSpec): string => stringify(jobFileShape.encode(spec), { lineWidth: 0 })
