#!/usr/bin/env node
// Transpiles every TypeScript file of the house into dist/, one to one, in CommonJS with source maps.
// Types are checked by `npm run check`; here only speed counts (well under a second).
'use strict'
const { readdirSync, rmSync, statSync } = require('node:fs')
const { join, relative } = require('node:path')
const { build } = require('esbuild')

const ROOT = join(__dirname, '..')
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

async function main() {
  const sources = ROOMS.flatMap((room) => filesBelow(join(ROOT, room), '.ts'))
  await build({
    entryPoints: sources,
    outdir: join(ROOT, 'dist'),
    outbase: ROOT,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
  })
  // What has no source any more must not be found by a test run or a command listing.
  const wanted = new Set(sources.map((file) => relative(ROOT, file).replace(/\.ts$/, '.js')))
  for (const built of filesBelow(join(ROOT, 'dist'), '.js')) {
    const name = relative(join(ROOT, 'dist'), built)
    if (!wanted.has(name) && statSync(built).isFile()) {
      rmSync(built)
      rmSync(`${built}.map`, { force: true })
    }
  }
}

main().catch((error) => {
  if (!Array.isArray(error.errors)) console.error(error) // esbuild has already printed its own
  process.exitCode = 1
})
