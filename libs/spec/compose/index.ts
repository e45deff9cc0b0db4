export { type ComposeOptions, type Converted, convertCompose, isCompose } from './convert'
export type { ComposeText } from './load'
