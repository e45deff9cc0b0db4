export * from './codec'
export * from './limits'
export * from './model'
export * from './same'
