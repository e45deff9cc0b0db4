export { type ComposeOptions, type Converted, convertCompose, isCompose } from './convert'
