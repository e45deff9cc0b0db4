export * from './jetstream/connect'
export * from './port'
