import { refined, type Shape } from '../shapes'
import { type TaskFile, taskFields } from './taskFields'
import { taskRules } from './taskRules'

/** A task of a job file. */
export const taskShape: Shape<TaskFile> = refined(taskFields, taskRules)
