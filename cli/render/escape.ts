/**
 * Everything that containers, users or other machines wrote goes through here before it reaches a terminal: control
 * characters could move the cursor, rewrite lines already read or set the title, and invisible ones (bidirectional
 * controls, joiners, tags) make a line read as something it is not.
 */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu
const LONE_SURROGATE = /\p{Cs}/gu
const ESC = '\u001b'
/** ESC [ ... m sets colours and nothing else. */
const COLOUR = new RegExp(`(${ESC}\\[[0-9;:]{0,64}m)`)
const NO_COLOUR = `${ESC}[0m`

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', [ESC]: '\\e' }

const visible = (char: string): string => {
  const code = char.codePointAt(0) ?? 0
  return (
    NAMED[char] ??
    (code < 0x100 ? `\\x${hex(code, 2)}` : code < 0x10000 ? `\\u${hex(code, 4)}` : `\\u{${hex(code, 5)}}`)
  )
}

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0')

/**
 * Text with what could act on a terminal made visible: `\e[2J`, `\n`. `line`: for one line or one cell of a table;
 * `lines`: line feeds and tabs stay.
 */
export const escapeText = (text: string, shape: 'line' | 'lines' = 'line'): string =>
  text
    .replace(CONTROL, (char) => (shape === 'lines' && (char === '\n' || char === '\t') ? char : visible(char)))
    .replace(LONE_SURROGATE, '\ufffd')

/** A line of a container's output: colours stay and are closed at its end, tabs stay, all else as in `escapeText`. */
export const escapeLogLine = (text: string): string => {
  const parts = text.split(COLOUR)
  const clean = parts.map((part, at) => (at % 2 === 1 ? part : escapeText(part, 'lines').replaceAll('\n', '\\n')))
  return parts.length > 1 ? `${clean.join('')}${NO_COLOUR}` : clean.join('')
}

/** A value as JSON on one line that is safe on a terminal: what JSON.stringify leaves raw becomes `\uXXXX`. */
export const toJson = (value: unknown): string =>
  JSON.stringify(value).replace(CONTROL, (char) =>
    [...Array(char.length).keys()].map((at) => `\\u${hex(char.charCodeAt(at), 4)}`).join(''),
  )
