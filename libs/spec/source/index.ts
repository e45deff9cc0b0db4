export * from './fault'
export * from './read'
export { shifted, Texts, toErrors } from './texts'
export { branch, leaf, type Part, type Tree } from './tree'
