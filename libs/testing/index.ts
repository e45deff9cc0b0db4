export * from './docker'
