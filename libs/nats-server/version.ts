import * as O from 'fp-ts/Option'

/** A version as nats-server prints it; `text` is without the leading `v`. */
export interface Version {
  readonly major: number
  readonly minor: number
  readonly patch: number
  /** True for `2.12.0-RC.1` and the like, which come before the release itself. */
  readonly prerelease: boolean
  readonly text: string
}

const version = (major: number, minor: number, patch: number, prerelease: boolean, text: string): Version => ({
  major,
  minor,
  patch,
  prerelease,
  text,
})

/** Older servers store batches message by message and silently ignore expectations on filters. */
export const MINIMUM_VERSION = version(2, 12, 0, false, '2.12')

/** Reads the version out of `nats-server: v2.15.1`, `2.12.0-RC.1` and the like. */
export const parseVersion = (text: string): O.Option<Version> => {
  const found = /(?:^|[\s:])v?(\d{1,6})\.(\d{1,6})\.(\d{1,6})(-[0-9A-Za-z.-]+)?/.exec(text)
  if (found === null) return O.none
  const [, major, minor, patch, tail] = found
  const words = `${Number(major)}.${Number(minor)}.${Number(patch)}${tail ?? ''}`
  return O.some(version(Number(major), Number(minor), Number(patch), tail !== undefined, words))
}

/** Negative where `a` is older than `b`, positive where newer, else 0. Two pre-releases of one version are equal. */
export const compareVersions = (a: Version, b: Version): number =>
  a.major - b.major || a.minor - b.minor || a.patch - b.patch || Number(b.prerelease) - Number(a.prerelease)

/** True where ork can use a server of this version. */
export const isNewEnough = (candidate: Version): boolean => compareVersions(candidate, MINIMUM_VERSION) >= 0
