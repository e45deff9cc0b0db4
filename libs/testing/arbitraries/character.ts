import * as fc from 'fast-check'

const SURROGATES = { first: 0xd800, count: 0x800 }

/** Any whole character, as of `unit: 'binary'`, which fills a map with all million of them before the first test runs. */
export const characterArbitrary = fc.nat({ max: 0x10ffff - SURROGATES.count }).map(
  (at) => String.fromCodePoint(at < SURROGATES.first ? at : at + SURROGATES.count),
  (text) => {
    const [character, ...more] = typeof text === 'string' ? text : ''
    const code = character?.codePointAt(0)
    if (code === undefined || more.length > 0 || /^\p{Surrogate}$/u.test(character ?? '')) {
      throw new Error('not one whole character')
    }
    return code < SURROGATES.first ? code : code - SURROGATES.count
  },
)
