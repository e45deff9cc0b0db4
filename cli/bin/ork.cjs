#!/bin/sh
':' //; exec node --max-semi-space-size=32 "$0" "$@"
// What is above is read by a shell, as not every `env` takes options for node (that of Alpine does not).
// Events make much that is garbage soon: with Node's own 16 MB for what is young, a fold of the log takes a tenth longer.
// The door: checks that there is something to run, then hands over to dist/cli/main.js.
'use strict'
const { existsSync } = require('node:fs')
const { join } = require('node:path')

const root = join(__dirname, '..', '..')
const main = join(root, 'dist', 'cli', 'main.js')

if (existsSync(main)) {
  require(main).main(root, process.argv.slice(2))
} else {
  console.error(`ork is not built yet: there is no ${main}\n  run \`npm install && npm run build\` in ${root}`)
  process.exitCode = 1
}
