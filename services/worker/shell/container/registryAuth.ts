import * as E from 'fp-ts/Either'
import type { RegistryAuth } from '#libs/drivers'
import { type Denial, denied } from './denial'
import type { SecretStore } from './secretStore'

/** What a registry wants to see, out of the secret that the job names: JSON, or `user:password`. */
export const readRegistryAuth = async (store: SecretStore, name: string): Promise<E.Either<Denial, RegistryAuth>> => {
  const secret = await store.read(name)
  if (E.isLeft(secret)) return secret
  const text = secret.right.toString('utf8').trim()
  const auth = text.startsWith('{') ? fromJson(text) : fromPair(text)
  if (auth !== null) return E.right(auth)
  const next = 'write {"username": "…", "password": "…"}, or username:password'
  return E.left(denied(`secret ${name} does not say who asks the registry`, next))
}

const fromJson = (text: string): RegistryAuth | null => {
  try {
    const { username, password } = JSON.parse(text) as Record<string, unknown>
    return typeof username === 'string' && typeof password === 'string' ? { username, password } : null
  } catch {
    return null
  }
}

const fromPair = (text: string): RegistryAuth | null => {
  const colon = text.indexOf(':')
  return colon < 1 ? null : { username: text.slice(0, colon), password: text.slice(colon + 1) }
}
