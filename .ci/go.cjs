// `node .ci/go.cjs FILE [arguments]`: makes the checkout ready, then runs FILE in this same process, so that Ctrl-C,
// the exit code and the terminal are FILE's own.
'use strict'
const { join } = require('node:path')
const Module = require('node:module')
const { bootstrap, BootstrapError, ROOT } = require('./bootstrap.cjs')

const [file, ...args] = process.argv.slice(2)

bootstrap().then(
  () => {
    process.argv = [process.argv[0], join(ROOT, file), ...args]
    process.setSourceMapsEnabled(true)
    Module.runMain(process.argv[1])
  },
  (error) => {
    console.error(error instanceof BootstrapError ? error.message : error)
    process.exitCode = 1
  },
)
