import * as E from 'fp-ts/Either'
import type { Driver, DriverError, DriverResult } from '#libs/drivers'
import { causeText } from '#libs/kernel'
import type { Logger } from '#libs/runtime'

/**
 * A driver reports what goes wrong as a value. One that throws all the same has a fault of its own, which is no outage of
 * its engine and does not get better by trying again: it is `Refused`, so that the attempt fails with its reason, and
 * the worker's log has the stack, once for each place. What people ask for (logs, exec, copies) answers them with it.
 */
export const guarded = (driver: Driver, logger: Logger): Driver => {
  const { name } = driver
  const seen = new Set<string>()

  const faulty = (doing: string, cause: unknown): DriverError => {
    const place = `${doing} ${placeOf(cause)}`
    if (!seen.has(place)) logger.error({ driver: name, doing, cause }, 'the driver has a fault: this is a bug of ork')
    seen.add(place)
    const next = "the worker's log has where: report it as a bug"
    return { tag: 'Refused', what: `a fault of the driver ${name} (${doing}): ${causeText(cause)}`, next }
  }

  const guard =
    <Args extends readonly unknown[], T>(
      doing: string,
      call: (...args: Args) => DriverResult<T>,
      afterwards?: (error: DriverError, ...args: Args) => Promise<DriverError>,
    ) =>
    async (...args: Args): DriverResult<T> => {
      try {
        return await call(...args)
      } catch (cause) {
        const error = faulty(doing, cause)
        return E.left(afterwards === undefined ? error : await afterwards(error, ...args))
      }
    }

  const remove = guard('remove', driver.remove)
  return {
    ...driver,
    identity: guard('identity', driver.identity),
    list: guard('list', driver.list),
    pull: guard('pull', driver.pull),
    // What it may have begun must not run on unseen, and while nobody knows the attempt has not failed.
    run: guard('run', driver.run, async (error, { ref }) => {
      const removed = await remove(ref)
      return E.isLeft(removed) && removed.left.tag === 'Unreachable' ? removed.left : error
    }),
    stop: guard('stop', driver.stop),
    remove,
    probe: guard('probe', driver.probe),
    usage: guard('usage', driver.usage),
  }
}

/** The line of its stack in which it was thrown. */
const placeOf = (cause: unknown): string => {
  const stack = cause instanceof Error ? (cause.stack ?? '') : ''
  return /^ +at .*$/m.exec(stack)?.[0].trim() ?? 'nowhere'
}
