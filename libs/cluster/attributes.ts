import { type Constraint, isMet } from '#libs/spec'
import type { Worker } from './model/worker'

const LABEL = 'label.'

/** What a worker has of an attribute that constraints name: nothing, one text, or several. */
export const attributeOf = (worker: Worker, attribute: string): readonly string[] => {
  if (attribute.startsWith(LABEL)) return ownText(worker.labels, attribute.slice(LABEL.length))
  switch (attribute) {
    case 'worker':
      return [worker.name]
    case 'host':
      return [worker.host]
    case 'driver':
      return worker.drivers
    default:
      return ownText(worker.platform, attribute)
  }
}

/** Whether a worker has what all of some constraints ask for. */
export const meets = (worker: Worker, constraints: readonly Constraint[] = []): boolean =>
  constraints.every((one) => isMet(one, attributeOf(worker, one.attribute)))

const ownText = (texts: Readonly<Record<string, string>>, key: string): readonly string[] => {
  const text = Object.hasOwn(texts, key) ? texts[key] : undefined
  return text === undefined ? [] : [text]
}
