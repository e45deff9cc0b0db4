import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as E from 'fp-ts/Either'
import { type AttemptRef, containerName } from '#libs/drivers'
import { causeText } from '#libs/kernel'
import type { SecretSpec } from '#libs/spec'
import { type Denial, denied } from './denial'
import type { SecretStore } from './secretStore'

/**
 * The secrets of the containers here, a folder each, from before the start until the container is gone. The folder of
 * them all can be entered by this worker's user alone; permissions inside are the container's.
 */
export class SecretFiles {
  private readonly delivered = new Set<string>()

  constructor(
    private readonly dir: string,
    private readonly store: SecretStore,
  ) {}

  /** Writes what an attempt asks for; again, where it was done before. Gives the folder; null: it asks for nothing. */
  async deliver(ref: AttemptRef, secrets: readonly SecretSpec[]): Promise<E.Either<Denial, string | null>> {
    if (secrets.length === 0) return E.right(null)
    const name = folderName(ref)
    const folder = join(this.dir, name)
    this.delivered.add(name)
    try {
      await mkdir(this.dir, { recursive: true, mode: 0o700 })
      await mkdir(folder, { recursive: true })
      for (const secret of secrets) {
        const value = await this.store.read(secret.name)
        if (E.isLeft(value)) return value
        const file = join(folder, secret.file)
        await rm(file, { force: true })
        await writeFile(file, value.right, { mode: 0o600 })
        await chmod(file, Number.parseInt(secret.mode, 8))
      }
      await chmod(folder, 0o755)
      return E.right(folder)
    } catch (cause) {
      return E.left(denied(`secrets cannot be written: ${causeText(cause)}`, `see to ${this.dir}`))
    }
  }

  /** The attempt's container is gone, or never came to be. */
  async discard(ref: AttemptRef): Promise<void> {
    await this.remove(folderName(ref))
  }

  /** Removes what an earlier life of this worker left of containers that are gone. */
  async keepOnly(refs: readonly AttemptRef[]): Promise<void> {
    const known = new Set(refs.map(folderName))
    const found = await readdir(this.dir).catch(() => [])
    for (const name of found) if (!known.has(name) && !this.delivered.has(name)) await this.remove(name)
  }

  private async remove(name: string): Promise<void> {
    this.delivered.delete(name)
    // What cannot be removed now is tried again after the next start.
    await rm(join(this.dir, name), { recursive: true, force: true }).catch(() => undefined)
  }
}

const folderName = (ref: AttemptRef): string => `${containerName(ref)}-${ref.placement}`
