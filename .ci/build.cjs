#!/usr/bin/env node
// Transpiles every TypeScript file of the house into dist/, one to one, in CommonJS with source maps.
// Types are checked by `npm run check`; here only speed counts (well under a second).
'use strict'
const { createHash } = require('node:crypto')
const { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } = require('node:fs')
const { join, relative } = require('node:path')

const ROOT = join(__dirname, '..')
const DIST = join(ROOT, 'dist')
const STATE = join(DIST, '.state')
const ROOMS = ['libs', 'services', 'cli', 'bench']

const filesBelow = (folder, ending) => {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(ending) && !entry.name.endsWith('.d.ts'))
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  } catch (error) {
    if (error.code === 'ENOENT') return []
    throw error
  }
}

const sourceFiles = () => ROOMS.flatMap((room) => filesBelow(join(ROOT, room), '.ts'))

/**
 * esbuild exports by getters, through one more at each index.ts, so that modules may import each other in circles. None
 * does here, and the fold of a log would spend a tenth of its time in them. Written so that Node, which reads the names of
 * a CommonJS module's exports from its text for `import()`, does not take it for another list of them.
 */
const PLAIN_EXPORTS =
  "Object.assign(module, { exports: Object.defineProperty({ ...module.exports }, '__esModule', { value: true }) });"

async function build() {
  const { build: transpile, stop } = require('esbuild') // only here: an unchanged checkout should not even load it
  const sources = sourceFiles()
  const state = stateOf(sources)
  rmSync(STATE, { force: true })
  await transpile({
    entryPoints: sources,
    outdir: DIST,
    outbase: ROOT,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    sourcemap: 'linked',
    sourcesContent: false,
    footer: { js: PLAIN_EXPORTS },
    logLevel: 'warning',
  }).finally(stop) // else its process stays, beside whatever runs in this one, to its end
  removeOrphans(sources)
  mkdirSync(DIST, { recursive: true })
  writeFileSync(STATE, state)
}

/** What has no source any more must not be found by a test run or a command listing. */
const removeOrphans = (sources) => {
  const wanted = new Set(sources.map((file) => relative(ROOT, file).replace(/\.ts$/, '.js')))
  for (const built of filesBelow(DIST, '.js')) {
    if (wanted.has(relative(DIST, built))) continue
    rmSync(built)
    rmSync(`${built}.map`, { force: true })
  }
}

/** The sources as they are on disk, by name, size and time, and this file: the build's only inputs. */
const stateOf = (sources) => {
  const hash = createHash('sha256')
  for (const file of [__filename, ...sources]) {
    const { size, mtimeMs } = statSync(file)
    hash.update(`${relative(ROOT, file)} ${size} ${mtimeMs}\n`)
  }
  return hash.digest('hex')
}

const lastState = () => {
  try {
    return readFileSync(STATE, 'utf8')
  } catch {
    return undefined // never built, or the last build failed
  }
}

/** Builds unless dist/ already is the build of these sources; then nothing is written that a running ork might read. */
const buildIfChanged = async () => {
  if (lastState() !== stateOf(sourceFiles())) await build()
}

module.exports = { buildIfChanged }

if (require.main === module) {
  build().catch((error) => {
    if (!Array.isArray(error.errors)) console.error(error) // esbuild has already printed its own
    process.exitCode = 1
  })
}
