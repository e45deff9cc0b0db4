export * from './endpoint'
export { MAX_ACTOR, MAX_REASON } from './limits'
export * from './verbs'
export * from './view'
