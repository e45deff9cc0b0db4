import pino from 'pino'

export type Logger = pino.Logger

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/**
 * JSON lines, on standard error unless told where, so that standard output stays the commands'. `level` defaults to
 * ORK_LOG_LEVEL.
 */
export const createLogger = (
  name: string,
  level: string = process.env.ORK_LOG_LEVEL ?? 'info',
  to: { write(line: string): void } = pino.destination({ fd: 2, sync: true }),
): Logger => pino({ name, level, timestamp: pino.stdTimeFunctions.isoTime }, to)
