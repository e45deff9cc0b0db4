export * from './docker'
export * from './port'
export * from './process'
export * from './simulated'
