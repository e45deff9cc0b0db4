import { Args } from '@oclif/core'
import { orkError } from '#libs/kernel'
import { OrkCommand } from '../base'
import { UsageFailure } from '../failure'
import { attemptFlag } from '../flags'

export default class Cp extends OrkCommand {
  static override summary = 'Copy files out of the container of an instance, or into it'
  static override description =
    'Like `cp -r`: into a folder that is there, else under the new name. The container need not run. Links are copied as links; ' +
    'one that would lead outside of where it is put here is left out. What is copied in is owned by root.'
  static override examples = [
    '<%= config.bin %> cp web.api.0:/etc/app.conf .',
    '<%= config.bin %> cp ./site web.api.0:/srv/www',
  ]
  static override args = {
    from: Args.string({ description: 'ID:PATH, or a path here', required: true }),
    to: Args.string({ description: 'A path here, or ID:PATH', required: true }),
  }
  static override flags = { attempt: attemptFlag }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Cp)
    const [from, to] = [this.sideOf(args.from), this.sideOf(args.to)]
    const there = from ?? to
    if (there === null || (from !== null && to !== null)) {
      const next = 'ork cp web.api.0:/etc/app.conf . or ork cp ./site web.api.0:/srv/www'
      throw new UsageFailure(orkError('BadCopy', 'one side must be ID:PATH, and the other a path here', { next }))
    }
    const signal = this.interruptible()
    const connection = await this.connect(flags)
    const { copyIn, copyOut } = await import('../show/copy.js')
    const instance = { id: there.id, attempt: flags.attempt ?? null }
    const copy = { instance, path: there.path, local: from === null ? args.from : args.to }
    await (from === null ? copyIn : copyOut)(connection, copy, { json: flags.json, out: this.out, signal })
  }

  /** `web.api.0:/path` in its parts; null for a path here, as `./a:b` is. */
  private sideOf(text: string): { readonly id: string; readonly path: string } | null {
    const [, id, path] = /^([^/.][^/:]*):(.+)$/s.exec(text) ?? []
    return id === undefined || path === undefined ? null : { id: this.instanceId(id), path }
  }
}
