import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as E from 'fp-ts/Either'
import { causeText } from '#libs/kernel'
import { type Denial, denied } from './denial'

/** Where a worker finds the secrets that jobs refer to by name. */
export interface SecretStore {
  /** The secret's bytes as they are now; names are as `SecretSpec` has them, without a `/`. */
  read(name: string): Promise<E.Either<Denial, Buffer>>
}

/** A file for each secret in a folder of the machine, under the secret's name. */
export const folderSecrets = (dir: string): SecretStore => ({
  async read(name) {
    try {
      return E.right(await readFile(join(dir, name)))
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      const what = code === 'ENOENT' ? `this worker has no secret ${name}` : `secret ${name}: ${causeText(cause)}`
      return E.left(denied(what, `put it into the file ${join(dir, name)}`))
    }
  },
})

export const noSecrets: SecretStore = {
  async read(name) {
    const next = 'start the worker with `--secrets DIR`, a folder with a file for each secret'
    return E.left(denied(`this worker has no secrets, and ${name} is asked for`, next))
  },
}
