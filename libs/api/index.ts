export * from './verbs'
