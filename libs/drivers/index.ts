export * from './docker'
export * from './port'
export * from './process'
