export * from './fault'
export * from './read'
export { branch, leaf, type Part, type Tree } from './tree'
