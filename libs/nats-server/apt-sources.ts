/** One archive that the host's apt is configured to use. */
export interface AptSource {
  readonly uri: string
  readonly suites: readonly string[]
  /** Path of the keyring that must have signed it; undefined: apt's own trusted ones. */
  readonly keyring?: string
}

const withKeyring = (uri: string, suites: readonly string[], keyring: string | undefined): AptSource =>
  keyring?.startsWith('/') ? { uri, suites, keyring } : { uri, suites }

/** Reads the one-line form: `deb [signed-by=/a.gpg] http://host/debian bookworm main`. */
export const parseSourcesList = (text: string): AptSource[] =>
  text.split('\n').flatMap((line) => {
    const found = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)/.exec(line)
    if (found?.[2] === undefined || found[3] === undefined) return []
    const keyring = /(?:^|\s)signed-by=([^\s,]+)/i.exec(found[1] ?? '')?.[1]
    return [withKeyring(found[2], [found[3]], keyring)]
  })

const words = (text: string | undefined): string[] => (text ?? '').split(/\s+/).filter((word) => word !== '')

const parseStanza = (stanza: string): AptSource[] => {
  const fields = new Map<string, string>()
  let last = ''
  for (const line of stanza.split('\n')) {
    if (line.startsWith('#')) continue
    const field = /^([A-Za-z-]+):(.*)$/.exec(line)
    if (field?.[1] !== undefined) last = field[1].toLowerCase()
    fields.set(last, `${fields.get(last) ?? ''} ${field === null ? line : field[2]}`)
  }
  const off = words(fields.get('enabled'))[0]?.toLowerCase() === 'no'
  if (off || !words(fields.get('types')).includes('deb')) return []
  const suites = words(fields.get('suites'))
  const keyring = words(fields.get('signed-by'))[0]
  return words(fields.get('uris')).map((uri) => withKeyring(uri, suites, keyring))
}

/** Reads the form with one field a line (`.sources`). */
export const parseDeb822 = (text: string): AptSource[] => text.split(/\n\s*\n/).flatMap(parseStanza)

/** The archive from which the system itself was installed: the first that has its release's own suite. */
export const mainArchive = (sources: readonly AptSource[], codename: string): AptSource | undefined =>
  sources.find((source) => source.suites.includes(codename) && !/security/.test(source.uri))
