export * from './commands'
export * from './decide'
export * from './liveness'
export * from './view'
