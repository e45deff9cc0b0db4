/** The words of a command line as a shell would split it, without expanding anything; null: a quote does not end. */
export const shellWords = (text: string): readonly string[] | null => {
  const words: string[] = []
  let word: string | null = null
  let quote = ''
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? ''
    if (char === '\\' && quote !== "'" && at + 1 < text.length) {
      at += 1
      const next = text[at] ?? ''
      const kept = quote === '"' && !'"\\$`'.includes(next) ? `\\${next}` : next
      word = (word ?? '') + (next === '\n' ? '' : kept)
    } else if (quote !== '') {
      if (char === quote) quote = ''
      else word = (word ?? '') + char
    } else if (char === '"' || char === "'") {
      quote = char
      word ??= ''
    } else if (/\s/.test(char)) {
      if (word !== null) words.push(word)
      word = null
    } else word = (word ?? '') + char
  }
  if (quote !== '') return null
  return word === null ? words : [...words, word]
}
