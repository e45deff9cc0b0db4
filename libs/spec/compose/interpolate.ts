import * as E from 'fp-ts/Either'

/** What a variable's name is where it is used. */
const NAME = '[A-Za-z_][A-Za-z0-9_]*'

/** A variable's value; undefined: it is not set. */
export type Lookup = (name: string) => string | undefined

/**
 * Fills in `$NAME` and `${NAME}` with `:-`, `-`, `:?`, `?`, `:+` and `+`, nested too, as the Compose specification has
 * it; `$$` is a dollar. What ork fills in on the worker, `${ork.index}`, stays. Left: what is wrong. `unset` is told of
 * each variable that is not set and has no default.
 */
export const interpolate = (text: string, lookup: Lookup, unset: (name: string) => void): E.Either<string, string> => {
  let out = ''
  let at = 0
  while (at < text.length) {
    const dollar = text.indexOf('$', at)
    if (dollar < 0) break
    out += text.slice(at, dollar)
    const rest = text.slice(dollar)
    if (rest.startsWith('${ork.') || rest.startsWith('$${ork.')) {
      const end = rest.indexOf('}')
      if (end < 0) return E.left('a "${" does not end')
      out += rest.slice(0, end + 1)
      at = dollar + end + 1
    } else if (rest[1] === '$') {
      out += '$'
      at = dollar + 2
    } else if (rest[1] === '{') {
      const end = endOf(rest)
      if (end < 0) return E.left('a "${" does not end')
      const value = expand(rest.slice(2, end), lookup, unset)
      if (E.isLeft(value)) return value
      out += value.right
      at = dollar + end + 1
    } else {
      const name = new RegExp(`^${NAME}`).exec(rest.slice(1))?.[0]
      if (name === undefined) return E.left('a "$" is followed by no name; write "$$" for the character')
      out += given(name, lookup, unset)
      at = dollar + 1 + name.length
    }
  }
  return E.right(out + text.slice(at))
}

/** Where the `}` is that closes the `${` at the beginning; -1: nowhere. */
const endOf = (text: string): number => {
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    if (text.startsWith('${', at)) depth += 1
    else if (text[at] === '}') {
      depth -= 1
      if (depth === 0) return at
    }
  }
  return -1
}

const given = (name: string, lookup: Lookup, unset: (name: string) => void): string => {
  const value = lookup(name)
  if (value === undefined) unset(name)
  return value ?? ''
}

const expand = (inner: string, lookup: Lookup, unset: (name: string) => void): E.Either<string, string> => {
  const [, name = '', operator = '', word = ''] = new RegExp(`^(${NAME})(?:(:?[-?+])([\\s\\S]*))?$`).exec(inner) ?? []
  if (name === '') return E.left(`"\${${inner}}" is no variable`)
  const value = lookup(name)
  const there = value !== undefined && (value !== '' || !operator.startsWith(':'))
  switch (operator.at(-1)) {
    case '-':
      return there ? E.right(value) : interpolate(word, lookup, unset)
    case '+':
      return there ? interpolate(word, lookup, unset) : E.right('')
    case '?':
      return there ? E.right(value) : E.left(`${name} must be set${word === '' ? '' : `: ${word}`}`)
    default:
      return E.right(given(name, lookup, unset))
  }
}
