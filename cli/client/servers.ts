interface Servers {
  /** Without what must not be shown. */
  readonly servers: readonly string[]
  readonly login: { readonly user?: string; readonly pass?: string }
}

/** Takes `nats://user:password@host:4222,nats://other:4222` apart; the first login counts for all. */
export const parseServers = (text: string): Servers => {
  let login: Servers['login'] = {}
  const servers = text.split(',').map((part) => {
    const [, scheme = '', user, pass = '', host = ''] =
      /^([a-z]+:\/\/)?(?:([^:@/]*)(?::([^@/]*))?@)?(.*)$/.exec(part.trim()) ?? []
    if (user !== undefined && login.user === undefined) {
      login = { user: decoded(user), pass: decoded(pass) }
    }
    return `${scheme}${host}`
  })
  return { servers, login }
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // a lone % stands for itself
  }
}
