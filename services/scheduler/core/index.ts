export { policyFor, schedulerCore } from './decide'
export * from './explain'
export type { WorkerVerdict } from './survey'
export { type SchedulerView, viewOf } from './view'
