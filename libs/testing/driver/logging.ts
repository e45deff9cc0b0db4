import * as assert from 'uvu/assert'
import { type DriverTest, ended, must, readLogs } from './tools'

/** What a container has written. */
export const logging = (test: DriverTest): void => {
  test('gives the lines of both streams, and the last of them', async ({ driver, owner, spec }) => {
    const wanted = spec({ prints: ['one', '', 'three ü'], printsError: ['oops'], runMs: 0 })
    await must(driver.run(wanted))
    await ended(driver, owner)
    const lines = await readLogs(driver, wanted.ref, {})
    const texts = (stream: string): string[] => lines.filter((line) => line.stream === stream).map(({ text }) => text)
    assert.equal(texts('stdout'), ['one', '', 'three ü'])
    assert.equal(texts('stderr'), ['oops'])
    assert.is((await readLogs(driver, wanted.ref, { tail: 2 })).length, 2)
    assert.is((await readLogs(driver, wanted.ref, { tail: 0 })).length, 0)
  })

  test('follows a log until the container ends', async ({ driver, spec }) => {
    const wanted = spec({ prints: ['one', 'two'], runMs: 300 })
    await must(driver.run(wanted))
    const texts = (await readLogs(driver, wanted.ref, { follow: true })).map(({ text }) => text)
    assert.equal(texts, ['one', 'two'])
  })

  test('ends a followed log when it is told to', async ({ driver, spec }) => {
    const wanted = spec({ prints: ['one'] })
    await must(driver.run(wanted))
    const abort = new AbortController()
    const texts: string[] = []
    for await (const line of driver.logs(wanted.ref, { follow: true, signal: abort.signal })) {
      texts.push(line.text)
      abort.abort()
    }
    assert.equal(texts, ['one'])
  })
}
