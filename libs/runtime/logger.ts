import pino from 'pino'
import { OrkFailure, orkError } from '#libs/kernel'

export type Logger = pino.Logger

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

/**
 * JSON lines, on standard error unless told where, so that standard output stays the commands'. `level` defaults to
 * ORK_LOG_LEVEL. Throws OrkFailure where that is no level.
 */
export const createLogger = (
  name: string,
  level: string = process.env.ORK_LOG_LEVEL ?? 'info',
  to: { write(line: string): void } = pino.destination({ fd: 2, sync: true }),
): Logger => {
  const serializers = { cause: pino.stdSerializers.err } // without it an Error is written as {}
  if (LEVELS.includes(level)) return pino({ name, level, serializers, timestamp: pino.stdTimeFunctions.isoTime }, to)
  const next = `it is one of ${LEVELS.join(', ')}`
  throw new OrkFailure(orkError('BadLogLevel', `"${level}" is no level of the log`, { where: 'ORK_LOG_LEVEL', next }))
}
