// `npm run check`: everything that can be said about the sources without running them. All steps run, also after one
// that failed, so that one look shows all there is to mend.
'use strict'
const { spawnSync } = require('node:child_process')
const { join } = require('node:path')
const { bootstrap, BootstrapError, ROOT } = require('./bootstrap.cjs')

const bin = (name) => join(ROOT, 'node_modules', '.bin', name)
const STEPS = [
  ['format and lint', bin('biome'), ['ci', '.']],
  ['types', bin('tsc'), ['-p', '.']],
  ['docs', process.execPath, [join(ROOT, '.ci', 'go.cjs'), 'dist/libs/testing/docs/main.js', '--check']],
  ['walls', process.execPath, [join(ROOT, '.ci', 'walls.cjs')]],
]

const runStep = ([name, command, args]) => {
  const started = Date.now()
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit' })
  if (error) console.error(error.message)
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  console.log(`${status === 0 ? '✔' : '✘'} ${name}  ${seconds} s`)
  if (status !== 0) console.log(`  by hand: ${[command, ...args].join(' ').replaceAll(`${ROOT}/`, '')}`)
  return status === 0
}

bootstrap().then(
  () => {
    const failed = STEPS.filter((step) => !runStep(step)).map(([name]) => name)
    if (failed.length > 0) console.log(`\ncheck failed: ${failed.join(', ')}`)
    process.exitCode = failed.length > 0 ? 1 : 0
  },
  (error) => {
    console.error(error instanceof BootstrapError ? error.message : error)
    process.exitCode = 1
  },
)
