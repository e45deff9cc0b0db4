import * as E from 'fp-ts/Either'
import { mismatch, refuse, Shape } from '../shapes'

const HOST = /^([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:\d{1,5})?$/
const HOST_V6 = /^\[[0-9A-Fa-f:]+\](:\d{1,5})?$/
const COMPONENT = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*$/
const TAG = /^\w[\w.-]{0,127}$/
const DIGEST_LENGTHS: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 }

/**
 * Reads an image reference, `[host[:port]/]path[:tag][@digest]`, by the grammar of registries. Without tag and
 * digest it means `:latest`, and says so from here on. Left: what is wrong with it.
 */
const parseImage = (text: string): E.Either<string, string> => {
  const [name = '', digest, ...more] = text.split('@')
  if (more.length > 0) return E.left('more than one "@"')
  if (digest !== undefined && !isDigest(digest)) return E.left('the digest must be sha256: and 64 hex digits')
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1)
  const repository = colon < 0 ? name : name.slice(0, colon)
  const tag = colon < 0 ? undefined : name.slice(colon + 1)
  if (tag !== undefined && !TAG.test(tag)) {
    return E.left('a tag has at most 128 letters, digits, "_", "." and "-" and does not start with "." or "-"')
  }
  const wrong = wrongRepository(repository)
  if (wrong !== undefined) return E.left(wrong)
  return E.right(tag === undefined && digest === undefined ? `${text}:latest` : text)
}

const isDigest = (digest: string): boolean => {
  const [algorithm = '', hex = '', ...more] = digest.split(':')
  const length = Object.hasOwn(DIGEST_LENGTHS, algorithm) ? DIGEST_LENGTHS[algorithm] : undefined
  return more.length === 0 && hex.length === length && /^[0-9a-f]+$/.test(hex)
}

const wrongRepository = (repository: string): string | undefined => {
  if (repository === '') return 'the name is missing'
  if (repository.length > 255) return 'the name is longer than 255 characters'
  const parts = repository.split('/')
  const head = parts[0] ?? ''
  const hasHost = parts.length > 1 && (/[.:[]/.test(head) || head === 'localhost' || head !== head.toLowerCase())
  if (hasHost && !HOST.test(head) && !HOST_V6.test(head)) return `"${head}" is no registry host`
  const path = hasHost ? parts.slice(1) : parts
  if (path.every((part) => COMPONENT.test(part))) return undefined
  if (path.some((part) => part === '')) return 'a part of the name between "/" is empty'
  if (repository.startsWith('http')) return 'a reference has no "https://"'
  return path.some((part) => /[A-Z]/.test(part))
    ? 'the name must be in lower case'
    : 'the name has a-z and 0-9, with single ".", "_", "__" or "-" between them'
}

const EXPECTED = 'an image reference such as nginx:1.27 or host:5000/team/app@sha256:…'

export const imageShape: Shape<string> = new Shape<string>(
  { form: 'text', expected: EXPECTED },
  (value): value is string => typeof value === 'string' && E.isRight(parseImage(value)),
  (value, context) => {
    if (typeof value !== 'string') return refuse(value, context, mismatch(EXPECTED, value))
    const result = parseImage(value)
    return E.isLeft(result) ? refuse(value, context, mismatch(EXPECTED, value), result.left) : E.right(result.right)
  },
  (value) => value,
)
