import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

type Cruise = {
  readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[]
  readonly cruised: number
  readonly sources: number
}
const ROOT = join(__dirname, '..', '..', '..')
const { cruiseWalls } = require(join(ROOT, '.ci', 'walls.cjs')) as { cruiseWalls: (root: string) => Promise<Cruise> }
const rules = require(join(ROOT, '.dependency-cruiser.cjs')) as { forbidden: readonly { readonly name: string }[] }

/** A small house where nothing is wrong. */
const soundHouse: Readonly<Record<string, string>> = {
  'libs/kernel/index.ts': `export { id } from './id'`,
  'libs/kernel/id.ts': `import { right } from 'fp-ts/Either'\nexport const id = right`,
  'libs/log/index.ts': `import { connect } from 'nats'\nexport { connect }`,
  'libs/log/index.test.ts': `import { connect } from './index'\nimport { test } from 'uvu'\ntest('', () => void connect)`,
  'libs/drivers/index.ts': `import Docker from 'dockerode'\nexport { Docker }`,
  'libs/testing/index.ts': `import { id } from '#libs/kernel'\nexport { id }`,
  'services/manager/core/decide.ts': `import { id } from '#libs/kernel'\nexport const decide = id`,
  'services/manager/main.ts': `import { decide } from './core/decide'\nimport { join } from 'node:path'\nexport { decide, join }`,
  'services/worker/core/decide.ts': `import type { Docker } from '#libs/drivers'\nexport const decide = (docker: Docker) => docker`,
  'services/worker/main.ts': `import { connect } from '#libs/log'\nimport { decide } from './core/decide'\nexport { connect, decide }`,
  'cli/start/dev.ts': `import { decide } from '#services/manager'\nexport { decide }`,
}

/** For each rule, files that break it (an import needs a use, or the compiler drops it) and the file to be blamed. */
const breaches: Readonly<Record<string, readonly [blamed: string, source: string]>> = {
  'services-stay-apart': ['services/worker/shell/a.ts', `import '#services/manager'`],
  'core-is-self-contained': ['services/manager/core/a.ts', `import '../main'`],
  'core-takes-only-words-from-drivers': ['services/manager/core/b.ts', `export { Docker } from '#libs/drivers'`],
  'pure-code-has-no-machine': ['libs/kernel/a.ts', `import { hostname } from 'node:os'\nexport { hostname }`],
  'pure-libs-stay-pure': ['libs/kernel/b.ts', `export { connect } from '#libs/log'`],
  'only-log-speaks-nats': ['services/worker/shell/b.ts', `export { connect } from 'nats'`],
  'only-drivers-speak-docker': [
    'services/worker/shell/c.ts',
    `import type Docker from 'dockerode'\nexport type D = Docker`,
  ],
  'only-spec-knows-croner': ['services/manager/core/c.ts', `export { Cron } from 'croner'`],
  'cli-talks-to-the-log': ['cli/commands/jobs.ts', `export { decide } from '#services/manager'`],
  'services-are-started-at-the-door': [
    'cli/start/dev.ts',
    `export { decide } from '../../services/manager/core/decide'`,
  ],
  'libs-know-no-service': ['libs/log/a.ts', `export { decide } from '#services/manager'`],
  'libs-have-a-front-door': ['libs/drivers/a.ts', `export { id } from '../kernel/id'`],
  'outsiders-use-the-front-door': ['services/worker/shell/d.ts', `export { id } from '../../../libs/kernel/id'`],
  'tests-stay-out-of-production': ['services/worker/shell/e.ts', `export { id } from '#libs/testing'`],
  'production-needs-no-dev-package': ['libs/log/b.ts', `export { test } from 'uvu'`],
  'packages-are-declared': ['libs/log/c.ts', `export { blue } from 'kleur'`],
  'imports-resolve': ['libs/log/d.ts', `export { x } from './nowhere'`],
  'no-cycles': ['libs/log/e.ts', `import { f } from './f'\nexport const e = (): unknown => f`],
  'no-orphans': ['libs/log/alone.ts', 'export const alone = 1'],
}
const companions = { 'libs/log/f.ts': `import { e } from './e'\nexport const f = (): unknown => e` }

const writeHouse = (root: string, files: Readonly<Record<string, string>>): void => {
  for (const [path, source] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), `${source}\n`)
  }
}

const walls = suite<{ house: string }>('walls', { house: '' })

walls.before.each((context) => {
  context.house = realpathSync(mkdtempSync(join(tmpdir(), 'ork-walls-')))
  symlinkSync(join(ROOT, 'package.json'), join(context.house, 'package.json'))
  symlinkSync(realpathSync(join(ROOT, 'node_modules')), join(context.house, 'node_modules'))
  writeHouse(context.house, soundHouse)
})
walls.after.each(({ house }) => rmSync(house, { recursive: true, force: true }))

walls('let a sound house be, and look at each of its files', async ({ house }) => {
  const { violations, cruised, sources } = await cruiseWalls(house)
  assert.equal(
    violations.map(({ from, rule }) => `${rule.name}: ${from}`),
    [],
  )
  assert.is(cruised, Object.keys(soundHouse).length)
  assert.is(sources, cruised)
})

walls('each blame the file that breaks them', async ({ house }) => {
  writeHouse(house, companions)
  writeHouse(house, Object.fromEntries(Object.values(breaches)))
  const { violations } = await cruiseWalls(house)
  const blamed = new Set(violations.map(({ from, rule }) => `${rule.name}: ${from}`))
  for (const [rule, [file]] of Object.entries(breaches)) assert.ok(blamed.has(`${rule}: ${file}`), `${rule}: ${file}`)
})

walls('are all tried by the test above', () => {
  assert.equal(Object.keys(breaches).sort(), rules.forbidden.map(({ name }) => name).sort())
})

walls.run()
