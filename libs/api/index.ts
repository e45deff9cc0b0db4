export * from './endpoint'
export * from './verbs'
export * from './view'
