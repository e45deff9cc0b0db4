export * from './evolve'
export * from './lifecycle'
export * from './model'
export { hostPortKey } from './transition'
