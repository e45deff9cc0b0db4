export * from './docker'
export * from './port'
