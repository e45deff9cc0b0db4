export * from './jetstream/connect'
export * from './memory'
export * from './port'
