import { mismatch } from '../shapes'
import type { Tree } from '../source'
import { type Findings, leafOf, textOf } from './reading'

const UNITS: Readonly<Record<string, number>> = { '': 0, b: 0, k: 1, m: 2, g: 3, t: 4 }
const NAMES = ['TiB', 'GiB', 'MiB', 'KiB']

/** Bytes as Compose writes them, `512m`, `1.5gb`, `1073741824`, each unit 1024 times the one before. */
export const sizeOf = (tree: Tree, findings: Findings): { readonly bytes: number; readonly tree: Tree } | undefined => {
  const text = textOf(tree) ?? ''
  const [, amount, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([bkmgt]?)(?:i?b)?\s*$/i.exec(text) ?? []
  if (amount === undefined) {
    findings.tell('wrong', tree, mismatch('a size such as 512m or 1gb', tree.value))
    return undefined
  }
  const bytes = Math.round(Number(amount) * 1024 ** (UNITS[unit.toLowerCase()] ?? 0))
  return { bytes, tree: leafOf(sizeText(bytes), tree) }
}

const sizeText = (bytes: number): string => {
  const index = NAMES.findIndex((_, at) => bytes > 0 && bytes % 1024 ** (4 - at) === 0)
  return index < 0 ? `${bytes}B` : `${bytes / 1024 ** (4 - index)}${NAMES[index]}`
}
