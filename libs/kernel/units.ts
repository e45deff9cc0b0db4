import * as O from 'fp-ts/Option'

const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
}

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 60e3, h: 3600e3, d: 86400e3 }

export const BYTE_UNITS: readonly string[] = Object.keys(BYTES)
export const DURATION_UNITS: readonly string[] = Object.keys(MILLISECONDS)

/** `512MiB`, `1.5GB`, `0B` to whole bytes (rounded up). A number without a unit is none: the reader cannot know. */
export const parseBytes = (text: string): O.Option<number> => {
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/.exec(text)
  const factor = match === null ? undefined : Object.hasOwn(BYTES, match[2] ?? '') ? BYTES[match[2] ?? ''] : undefined
  if (match === null || factor === undefined) return O.none
  const product = Number(match[1]) * factor
  // 16.1 kB is 16,100 bytes, though 16.1 * 1000 is a hair more: 15 digits are what a double keeps of a decimal.
  const bytes = Number.isInteger(product) ? product : Math.ceil(Number(product.toPrecision(15)))
  return Number.isSafeInteger(bytes) ? O.some(bytes) : O.none
}

/** `250ms`, `10s`, `1h30m` to whole milliseconds; units from large to small, each once. */
export const parseDuration = (text: string): O.Option<number> => {
  if (!/^(\d+(\.\d+)?d)?(\d+(\.\d+)?h)?(\d+(\.\d+)?m)?(\d+(\.\d+)?s)?(\d+(\.\d+)?ms)?$/.test(text) || text === '')
    return O.none
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|d|h|m|s)/g)) {
    total += Number(amount) * (MILLISECONDS[unit ?? ''] ?? 0)
  }
  const ms = Math.round(total)
  return Number.isSafeInteger(ms) ? O.some(ms) : O.none
}

/** Bytes for people, in binary units with at most one decimal: `512 MiB`, `1.5 GiB`. */
export const formatBytes = (bytes: number): string => {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let step = 0
  // As it will be written: 1,048,575 bytes are 1 MiB, not 1024 KiB.
  while (Math.abs(Number(value.toFixed(1))) >= 1024 && step < units.length - 1) {
    value /= 1024
    step += 1
  }
  return `${Number(value.toFixed(1))} ${units[step]}`
}

/** Cores for people: `0.25`, `2`. */
export const formatCpu = (milli: number): string => `${Number((milli / 1000).toFixed(3))}`

/** The same with the noun: `0.25 cores`, `1 core`. */
export const formatCores = (milli: number): string => {
  const text = formatCpu(milli)
  return `${text} ${text === '1' ? 'core' : 'cores'}`
}

/** Milliseconds for people: `120ms`, `1.5s`, `4m10s`, `2h5m`, `3d4h`. */
export const formatDuration = (ms: number): string => {
  if (Math.round(ms) < 1000) return `${Math.round(ms)}ms`
  const seconds = Number((ms / 1000).toFixed(1))
  if (seconds < 60) return `${seconds}s`
  if (ms < 60e3) return '1m'
  const pick = (big: number, bigUnit: string, small: number, smallUnit: string): string => {
    const rest = Math.floor((ms % big) / small)
    return `${Math.floor(ms / big)}${bigUnit}${rest === 0 ? '' : `${rest}${smallUnit}`}`
  }
  if (ms < 3600e3) return pick(60e3, 'm', 1e3, 's')
  if (ms < 86400e3) return pick(3600e3, 'h', 60e3, 'm')
  return pick(86400e3, 'd', 3600e3, 'h')
}
