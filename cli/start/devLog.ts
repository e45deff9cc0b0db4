import { createLogger, type Logger } from '#libs/runtime'
import { escapeText } from '../render/escape'

/**
 * People watch a dev cluster's jobs, not its services: only what is wrong is said, in words. ORK_LOG_LEVEL asks for the
 * JSON lines that a service of its own writes.
 */
export const devLogger = (name: string, env: NodeJS.ProcessEnv = process.env): Logger =>
  env.ORK_LOG_LEVEL === undefined || env.ORK_LOG_LEVEL === ''
    ? createLogger(name, 'warn', { write: (line) => void process.stderr.write(`${inWords(line)}\n`) })
    : createLogger(name, env.ORK_LOG_LEVEL)

/** `w1: the engine cannot be reached: Docker cannot be reached ...`, of a line that a logger wrote. */
export const inWords = (line: string): string => {
  const { name, msg, err, cause, error = cause?.error } = JSON.parse(line)
  const why = error?.what ?? error?.message ?? err?.message ?? cause?.message
  const next = error?.next === undefined ? '' : `\n  ${error.next}`
  return escapeText(`${name}: ${msg}${why === undefined ? '' : `: ${why}`}${next}`, 'lines')
}
