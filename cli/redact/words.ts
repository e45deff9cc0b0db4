import { createHmac } from 'node:crypto'
import { isName } from '#libs/kernel'

/**
 * Words of ork's own sentences, which tell nothing of whose log it is. Everything else in a text is hashed, so that a
 * word that is missing here costs readers a word, and nobody a secret.
 */
const OURS = new Set(
  (
    'a after again all and any asked asks at attempt balance be became because been better by cannot code control cpu ' +
    'disk docker does drained draining driver ended engine events exit exited failed for forgotten free from goes has ' +
    'healthy host if image in instance instances is it its job kept killed known left longer lost makes manager many ' +
    'memory more moved no none not of on or ork out over pending ports priority process pull pulling reads ready ' +
    'reason rejected replaced restart room running scheduler short signal start started stop stopped succeeded ' +
    'suspected task than that the this time to too unhealthy up update version wanted was which with worker would'
  ).split(' '),
)
/** Exit codes, sequences, amounts and times; signals; types and tags, which are written like types in a program. */
const PLAIN = /^(\d+(\.\d+)?(ms|s|m|h|d|B|KiB|MiB|GiB|TiB)?|_|SIG[A-Z0-9]+|([A-Z][a-z]+){2,})$/
const TOKEN = /[\p{L}\p{N}_-]+/gu

/** Other words for the words of one log: the same for the same, and nobody who has not the key finds the way back. */
export class Words {
  private readonly ranks: ReadonlyMap<string, string>

  /**
   * @param key Of the hash; a new one for each file.
   * @param names All names in the log. Theirs keep the order that they had: where workers are equally good, it decides.
   */
  constructor(
    private readonly key: string,
    names: Iterable<string>,
  ) {
    const sorted = [...new Set(names)].sort()
    const digits = String(sorted.length).length
    this.ranks = new Map(sorted.map((name, at) => [name, `n${String(at + 1).padStart(digits, '0')}`]))
  }

  /** All names that are in the log. */
  names(): readonly string[] {
    return [...this.ranks.keys()]
  }

  /** Of a name, a name again. */
  name(text: string): string {
    return `${this.ranks.get(text) ?? 'x'}-${this.hash(text)}`
  }

  /** Of a sentence, the same without anything that is not ork's. */
  sentence(text: string): string {
    return text.replace(TOKEN, (word) => {
      if (isName(word) && this.ranks.has(word) && !OURS.has(word)) return this.name(word)
      return OURS.has(word.toLowerCase()) || PLAIN.test(word) ? word : this.name(word)
    })
  }

  /** Of any other text, one that a pattern lets through; as it is where it lets hardly anything through, like `0400`. */
  text(text: string, pattern?: string): string {
    const name = this.name(text)
    const path = `/${name}`
    const address = `10.${[0, 2, 4].map((at) => Number.parseInt(this.hash(text).slice(at, at + 2), 16)).join('.')}`
    const forms = text.startsWith('/') ? [path, name] : [name, path]
    const rule = new RegExp(pattern ?? '')
    return [...forms, `V${name.replaceAll('-', '_')}`, address].find((form) => rule.test(form)) ?? text
  }

  private hash(text: string): string {
    return createHmac('sha256', this.key).update(text).digest('hex').slice(0, 10)
  }
}
