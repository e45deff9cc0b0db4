// `node .ci/walls.cjs`: dependency-cruiser with the rules of .dependency-cruiser.cjs over the TypeScript sources. It
// also fails if the cruise saw fewer files than there are, since no files at all break no rules.
'use strict'
const { existsSync, readdirSync } = require('node:fs')
const { join } = require('node:path')

const ROOMS = ['libs', 'services', 'cli', 'bench']

const countSources = (root) =>
  ROOMS.filter((room) => existsSync(join(root, room)))
    .flatMap((room) => readdirSync(join(root, room), { recursive: true }))
    .filter((name) => /\.ts$/.test(name) && !name.endsWith('.d.ts')).length

/** `#libs/x` and `#services/x` lead into dist/ at run time; here they must lead to the sources. */
const aliases = (root) => {
  const services = existsSync(join(root, 'services')) ? readdirSync(join(root, 'services')) : []
  return {
    '#libs': join(root, 'libs'),
    ...Object.fromEntries(services.map((name) => [`#services/${name}$`, join(root, 'services', name, 'main.ts')])),
  }
}

/** Cruises a checkout. Resolves to the violations and to how many of how many source files were looked at. */
const cruiseWalls = async (root) => {
  const { cruise } = await import('dependency-cruiser')
  const { default: extractTSConfig } = await import('dependency-cruiser/config-utl/extract-ts-config')
  const { forbidden, options } = require(join(__dirname, '..', '.dependency-cruiser.cjs'))
  const { output } = await cruise(
    ROOMS.filter((room) => existsSync(join(root, room))),
    { ...options, baseDir: root, validate: true, ruleSet: { forbidden } },
    { alias: aliases(root) },
    { tsConfig: extractTSConfig(join(__dirname, '..', 'tsconfig.json')) },
  )
  const cruised = output.modules.filter(
    ({ source }) => ROOMS.includes(source.split('/')[0]) && source.endsWith('.ts'),
  ).length
  return { violations: output.summary.violations, cruised, sources: countSources(root), modules: output.modules }
}

module.exports = { cruiseWalls }

const printViolation = ({ from, to, rule, cycle }, comments) => {
  const path = cycle ? [from, ...cycle.map((step) => step.name ?? step)].join(' → ') : `${from} → ${to}`
  console.log(`✘ ${rule.name}: ${path}\n    ${comments.get(rule.name)}`)
}

if (require.main === module) {
  const { forbidden } = require('../.dependency-cruiser.cjs')
  const comments = new Map(forbidden.map((rule) => [rule.name, rule.comment]))
  cruiseWalls(join(__dirname, '..')).then(
    ({ violations, cruised, sources }) => {
      for (const violation of violations) printViolation(violation, comments)
      console.log(`${violations.length} broken walls in ${cruised} of ${sources} files`)
      if (cruised !== sources) console.log('✘ not every file was looked at: does dependency-cruiser find the compiler?')
      process.exitCode = violations.length > 0 || cruised !== sources || sources === 0 ? 1 : 0
    },
    (error) => {
      console.error(error)
      process.exitCode = 1
    },
  )
}
