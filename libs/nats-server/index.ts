export type { FindNatsServerOptions, NatsServerBinary, NatsServerOrigin } from './find'
export { findNatsServer } from './find'
export { findRoot, toolsFolder } from './installation'
export { MINIMUM_VERSION } from './version'
