import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type AptSource, mainArchive, parseDeb822, parseSourcesList } from './apt-sources'
import { runProgram } from './run-program'

const APT = '/etc/apt'
const APT_MS = 180_000

interface Distribution {
  /** A release new enough to have nats-server 2.12. */
  readonly suite: string
  readonly components: string
}

const DISTRIBUTIONS: Readonly<Record<string, Distribution>> = {
  debian: { suite: 'forky', components: 'main' },
  ubuntu: { suite: 'devel', components: 'main universe' },
}

const readText = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '')

/** Reads the sources the host's apt uses: the mirror is always the one the owner of the machine chose. */
const hostSources = async (): Promise<AptSource[]> => {
  const parts = join(APT, 'sources.list.d')
  const names = (await readdir(parts).catch(() => [])).sort()
  const found = parseSourcesList(await readText(join(APT, 'sources.list')))
  for (const name of names) {
    if (name.endsWith('.list')) found.push(...parseSourcesList(await readText(join(parts, name))))
    if (name.endsWith('.sources')) found.push(...parseDeb822(await readText(join(parts, name))))
  }
  return found
}

const osRelease = async (): Promise<ReadonlyMap<string, string>> => {
  const lines = (await readText('/etc/os-release')).split('\n')
  return new Map(
    lines.flatMap((line) => {
      const found = /^([A-Z_]+)="?([^"]*)"?$/.exec(line)
      return found?.[1] === undefined ? [] : [[found[1], found[2] ?? ''] as const]
    }),
  )
}

/**
 * Options that keep apt-get off the system: lists, state and cache of its own, one source, no pins. The rest of the
 * host's configuration (proxy, credentials, keys) holds, and what is not signed is refused.
 */
const isolated = (work: string, sources: string): string[] =>
  [
    `Dir::Etc::sourcelist=${sources}`,
    'Dir::Etc::sourceparts=/dev/null',
    'Dir::Etc::preferences=/dev/null',
    'Dir::Etc::preferencesparts=/dev/null',
    `Dir::State=${join(work, 'state')}`,
    `Dir::State::lists=${join(work, 'lists')}`,
    'Dir::State::status=/var/lib/dpkg/status',
    `Dir::Cache=${join(work, 'cache')}`,
    'Acquire::Languages=none',
    'Acquire::Retries=2',
    'Acquire::http::Timeout=15',
    'Acquire::https::Timeout=15',
    'Acquire::AllowInsecureRepositories=false',
    'APT::Get::AllowUnauthenticated=false',
    'APT::Update::Error-Mode=any',
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option])

/** Where this host's packages come from, and what its newer suite is called. Rejects with why there is none. */
const hostArchive = async (): Promise<{ archive: AptSource; distribution: Distribution }> => {
  const release = await osRelease()
  const ids = [release.get('ID') ?? '', ...(release.get('ID_LIKE') ?? '').split(' ')]
  const distribution = ids.map((id) => DISTRIBUTIONS[id]).find((known) => known !== undefined)
  if (distribution === undefined) throw new Error('this is neither Debian nor Ubuntu')
  const codename = release.get(ids[0] === 'debian' ? 'VERSION_CODENAME' : 'UBUNTU_CODENAME')
  const archive = mainArchive(await hostSources(), codename ?? release.get('VERSION_CODENAME') ?? '')
  if (archive === undefined) throw new Error(`${APT} names no archive for the suite of this system`)
  return { archive, distribution }
}

/**
 * Takes the package from a newer suite of the archive this Debian or Ubuntu was installed from, checked by apt against
 * the archive's signature, and unpacks it. Nothing on the system changes, and it works for any user.
 *
 * @param work an empty folder to work in
 * @returns the path of the binary in `work`. Rejects with an Error that says what failed
 */
export const fetchDebianPackage = async (work: string, report: (line: string) => void): Promise<string> => {
  const { archive, distribution } = await hostArchive()
  for (const folder of ['state', 'lists/partial', 'cache/archives/partial', 'package']) {
    await mkdir(join(work, folder), { recursive: true })
  }
  const stanza = [
    'Types: deb',
    `URIs: ${archive.uri}`,
    `Suites: ${distribution.suite}`,
    `Components: ${distribution.components}`,
    ...(archive.keyring === undefined ? [] : [`Signed-By: ${archive.keyring}`]),
  ]
  const sources = join(work, 'newer.sources')
  await writeFile(sources, `${stanza.join('\n')}\n`)

  const run = async (program: string, args: readonly string[]): Promise<void> => {
    const done = await runProgram(program, args, { timeoutMs: APT_MS, cwd: work })
    if (done.code !== 0) throw new Error(`${program} ${args.at(-1) ?? ''}: ${done.failure}`)
  }
  const options = isolated(work, sources)
  report(`taking the nats-server package from the suite ${distribution.suite} of this system's archive`)
  await run('apt-get', [...options, 'update'])
  await run('apt-get', [...options, 'download', 'nats-server'])
  const archiveFile = (await readdir(work)).find((name) => name.endsWith('.deb'))
  if (archiveFile === undefined) throw new Error('apt-get download left no package')
  await run('dpkg-deb', ['-x', join(work, archiveFile), join(work, 'package')])
  const binaries = ['usr/sbin', 'usr/bin'].map((folder) => join(work, 'package', folder, 'nats-server'))
  const binary = binaries.find((path) => existsSync(path))
  if (binary === undefined) throw new Error('the package holds no nats-server')
  return binary
}
