export * as bare from './jetstream/bare'
export * from './jetstream/connect'
export * from './memory'
export * from './port'
