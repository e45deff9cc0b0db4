import * as E from 'fp-ts/Either'
import { mismatch, refuse, Shape } from '../shapes'

/** What no container may be given of its machine, nor anything below: it would own the machine. */
const FORBIDDEN = [
  '/var/lib/docker',
  '/var/lib/containerd',
  '/proc',
  '/sys',
  '/run/docker.sock',
  '/var/run/docker.sock',
  '/run/containerd',
  '/var/run/containerd',
]

const MAX_PATH = 4096

/** What is wrong with an absolute path as such; undefined: nothing. */
const wrongPath = (path: string): string | undefined => {
  if (!path.startsWith('/')) return 'it must be absolute'
  if (path.length > MAX_PATH) return `it is longer than ${MAX_PATH} characters`
  if (/\p{Cc}/u.test(path)) return 'it has control characters'
  return path.split('/').includes('..') ? 'it has ".."' : undefined
}

/** The same path without what means nothing: `/a//b/./` is `/a/b`. */
const tidy = (path: string): string =>
  `/${path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')}`

/**
 * What forbids that a container is given this path of its machine; undefined: nothing. The worker asks again, once links
 * are followed.
 */
export const wrongHostPath = (path: string): string | undefined => {
  const tidied = tidy(path)
  if (tidied === '/') return 'it is the whole machine'
  const inside = FORBIDDEN.find((forbidden) => tidied === forbidden || tidied.startsWith(`${forbidden}/`))
  if (inside !== undefined) return `${inside} gives control over the machine`
  return FORBIDDEN.some((forbidden) => forbidden.startsWith(`${tidied}/`))
    ? `what gives control over the machine is below ${tidied}`
    : undefined
}

const path = (expected: string, more: (path: string) => string | undefined): Shape<string> => {
  const wrong = (text: string): string | undefined => wrongPath(text) ?? more(tidy(text))
  return new Shape<string>(
    { form: 'text', expected, pattern: '^/' },
    (value): value is string => typeof value === 'string' && wrong(value) === undefined && tidy(value) === value,
    (value, context) => {
      if (typeof value !== 'string') return refuse(value, context, mismatch(expected, value))
      const problem = wrong(value)
      return problem === undefined ? E.right(tidy(value)) : refuse(value, context, mismatch(expected, value), problem)
    },
    (value) => value,
  )
}

/** A path of the machine that a container may be given, as far as its text tells. */
export const hostPath = path('an absolute path of the machine', wrongHostPath)

/** A path in the container. */
export const insidePath = path('an absolute path in the container', () => undefined)

/** Where something is mounted. */
export const targetPath = path('an absolute path in the container', (text) => {
  if (text === '/') return 'the root is the image'
  return ['/proc', '/sys', '/run/secrets'].find((own) => text === own || text.startsWith(`${own}/`)) === undefined
    ? undefined
    : 'that is filled already'
})
