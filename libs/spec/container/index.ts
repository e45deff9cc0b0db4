export * from './fields'
export { wrongHostPath } from './paths'
export { USUAL_CAPABILITIES } from './privileges'
export * from './templates'
