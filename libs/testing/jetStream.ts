import { orThrow } from '#libs/kernel'
import { type Connection, type ConnectOptions, connect } from '#libs/log'

/** Connects, or throws what `connect` says is wrong. */
export const mustConnect = async (options: Omit<ConnectOptions, 'name'>): Promise<Connection> =>
  orThrow(await connect({ name: 'test', ...options }))
