import * as E from 'fp-ts/Either'
import type { DriverError } from '#libs/drivers'
import { causeText } from '#libs/kernel'

/** A driver reports errors as values; should one be thrown all the same, the engine is taken to be out of reach. */
export const guarded = async <T>(call: Promise<E.Either<DriverError, T>>): Promise<E.Either<DriverError, T>> => {
  try {
    return await call
  } catch (cause) {
    return E.left({ tag: 'Unreachable', what: causeText(cause) })
  }
}
