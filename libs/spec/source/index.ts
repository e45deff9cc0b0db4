export * from './fault'
export * from './read'
export type { Tree } from './tree'
