import { MAX_WORDS } from '../limits'
import { list, writtenText } from '../shapes'

const listForm = (value: unknown): string => {
  if (typeof value !== 'string' || value.trim() === '') return 'write a list: ["sh", "-c", "echo hello"]'
  const simple = /^[\w./:=@%+,\s-]+$/.test(value)
  const words = simple ? value.trim().split(/\s+/) : ['sh', '-c', value]
  return `write a list: [${words.map((word) => JSON.stringify(word)).join(', ')}]`
}

/** A program with its arguments. */
export const wordsShape = list('a list of texts, at least one', writtenText, { min: 1, max: MAX_WORDS, hint: listForm })
