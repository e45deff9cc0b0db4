export { formatConstraint, isMet, parseConstraint } from './constraint'
export { placementFields } from './shapes'
