import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { type Either, isLeft, left, right } from 'fp-ts/Either'
import { findCommand, runCommand } from '../commands'

const POLICY = '/usr/sbin/policy-rc.d'
const PACKAGES = ['docker.io', 'iproute2']
const APT = ['-y', '-o', 'DPkg::Lock::Timeout=180', '-o', 'Acquire::Retries=2']

/** Debian's way to install a daemon without starting its service: a policy that forbids it, there only for so long. */
const withoutStartingServices = async <T>(action: () => Promise<T>): Promise<T> => {
  if (existsSync(POLICY)) return await action()
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    return await action()
  } finally {
    rmSync(POLICY, { force: true })
  }
}

/** Installs Docker on a Debian (or a child of it) where we are root. Left: why that is not possible, or what failed. */
export const installDocker = async (say: (line: string) => void): Promise<Either<string, void>> => {
  if (process.platform !== 'linux' || !existsSync('/etc/debian_version') || !findCommand('apt-get')) {
    return left('dockerd is not installed and only on Debian could be (install Docker and start it)')
  }
  if (process.getuid?.() !== 0) return left('dockerd is not installed (as root: apt-get install docker.io)')
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  say('docker: not installed; apt-get update ...')
  const updated = await runCommand('apt-get', ['update', ...APT], { env })
  if (isLeft(updated)) say(`docker: ${updated.left}\ndocker: trying with the package lists that are there`)
  say(`docker: apt-get install ${PACKAGES.join(' ')} (its system service is not started) ...`)
  const installed = await withoutStartingServices(() =>
    runCommand('apt-get', ['install', '--no-install-recommends', ...APT, ...PACKAGES], { env }),
  )
  return isLeft(installed) ? installed : right(undefined)
}
