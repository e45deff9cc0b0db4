import { MAX_HOOKS, MAX_WORDS } from '../limits'
import type { HookSpec } from '../model'
import { list, matching, optional, processText, record, required, struct } from '../shapes'
import { ENV_NAME, nameShape } from '../words'
import { count } from './count'

const words = list('a list of texts', processText, { max: MAX_WORDS })

const hook = struct<HookSpec>('a hook', {
  name: required(nameShape),
  image: optional(matching('an image reference', /^[\w.:/@[\]-]{1,1024}$/)),
  command: optional(words),
  args: optional(words),
  env: required(record('a map of texts', ENV_NAME, processText)),
  timeoutMs: required(count),
})

export const hooks = list('a list of hooks', hook, { min: 1, max: MAX_HOOKS })
