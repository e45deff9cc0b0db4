import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findRoot } from '#libs/nats-server'

/** The version in ork's own package.json. Throws OrkFailure where this code is not inside of ork. */
export const orkVersion = (): string => {
  const manifest = JSON.parse(readFileSync(join(findRoot(), 'package.json'), 'utf8')) as { readonly version: string }
  return manifest.version
}
