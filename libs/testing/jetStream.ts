import * as E from 'fp-ts/Either'
import { OrkFailure } from '#libs/kernel'
import { type Connection, type ConnectOptions, connect } from '#libs/log'

/** Connects, or throws what `connect` says is wrong. */
export const mustConnect = async (options: Omit<ConnectOptions, 'name'>): Promise<Connection> => {
  const connection = await connect({ name: 'test', ...options })
  if (E.isLeft(connection)) throw new OrkFailure(connection.left)
  return connection.right
}
