import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { OrkFailure, orkError } from '#libs/kernel'
import { createLogger } from '#libs/runtime'
import { inWords } from './devLog'

const said = (tell: (logger: ReturnType<typeof createLogger>) => void): string[] => {
  const lines: string[] = []
  tell(createLogger('w1', 'warn', { write: (line) => void lines.push(inWords(line)) }))
  return lines
}

test('a warning is told in words: who, what, why, and what to do', () => {
  const error = { tag: 'Unreachable', what: 'Docker cannot be reached', next: 'is dockerd running?' }
  assert.equal(
    said((logger) => logger.warn({ driver: 'docker', error }, 'the engine is away')),
    ['w1: the engine is away: Docker cannot be reached\n  is dockerd running?'],
  )
})

test('a thrown error gives its message, and a line without any is what it says', () => {
  assert.equal(
    said((logger) => {
      logger.error({ err: new Error('no space left') }, 'cannot write')
      logger.error({ cause: new Error('no answer') }, 'deciding failed')
      logger.error({ cause: new OrkFailure(orkError('LogUnavailable', 'no stream')) }, 'deciding failed')
      logger.warn('late')
      logger.info('not told')
    }),
    ['w1: cannot write: no space left', 'w1: deciding failed: no answer', 'w1: deciding failed: no stream', 'w1: late'],
  )
})

test('what could steer the terminal is escaped', () => {
  assert.is(said((logger) => logger.warn('\u001b[2J'))[0], 'w1: \\e[2J')
})

test.run()
