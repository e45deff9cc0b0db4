import type { VolumeSpec } from '../model'
import type { TaskFile } from './taskFields'

/** Leaves out what says the same as saying nothing, so that two files that mean the same are the same job. */
export const completeContainer = (task: TaskFile): TaskFile => {
  const kept = Object.entries(task).filter(([key, value]) => !SAYS_NOTHING[key]?.(value))
  const { volumes, ...rest } = Object.fromEntries(kept) as unknown as TaskFile
  return volumes === undefined ? rest : { ...rest, volumes: volumes.map(completeVolume) }
}

const isFalse = (value: unknown): boolean => value === false
const isEmpty = (value: unknown): boolean => Object.keys(value as object).length === 0

const SAYS_NOTHING: Readonly<Record<string, (value: unknown) => boolean>> = {
  readOnly: isFalse,
  init: isFalse,
  pullPolicy: (value) => value === 'missing',
  dependsOn: isEmpty,
  dns: isEmpty,
  capabilities: isEmpty,
  extraHosts: isEmpty,
  ulimits: isEmpty,
  labels: isEmpty,
  constraints: isEmpty,
}

const completeVolume = ({ readOnly, ...volume }: VolumeSpec): VolumeSpec => ({
  ...volume,
  ...(readOnly === true ? { readOnly } : {}),
})
