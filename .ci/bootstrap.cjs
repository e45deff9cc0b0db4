// Makes a checkout ready to run, with plain Node and nothing installed: packages as the lock file says, then the build.
// Does only what is missing: a second call costs some milliseconds.
'use strict'
const { spawnSync } = require('node:child_process')
const { createHash } = require('node:crypto')
const { existsSync, lstatSync, readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')

const ROOT = join(__dirname, '..')
const MODULES = join(ROOT, 'node_modules')
const STAMP = join(MODULES, '.ork-installed')
const OLDEST_NODE = [20, 12]

/** A failure whose message is all that the user needs to read. */
class BootstrapError extends Error {}

const say = (line) => process.stderr.write(`${line}\n`)

const checkNode = () => {
  const [major, minor] = process.versions.node.split('.').map(Number)
  const [oldestMajor, oldestMinor] = OLDEST_NODE
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return
  throw new BootstrapError(
    `ork needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node} (${process.execPath}).\n` +
      'Install a newer one from https://nodejs.org or with your version manager (nvm install 20), then try again.',
  )
}

/** What the installed packages depend on: the lock file, and what native parts are built for. */
const fingerprint = () =>
  createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .update(`${process.platform} ${process.arch} ${process.versions.modules}`)
    .digest('hex')

const installPackages = () => {
  const wanted = fingerprint()
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return
  // A link to another checkout's packages (git worktrees): they are that checkout's to change.
  if (existsSync(MODULES) && lstatSync(MODULES).isSymbolicLink()) return
  say(`Installing packages (npm ci; ${existsSync(STAMP) ? 'the lock file changed' : 'first run, about 15 s'}) ...`)
  // No package of ours needs an install script, and some would try to compile optional native parts.
  const args = ['ci', '--ignore-scripts', '--loglevel=error', '--no-audit', '--no-fund']
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm']
  const done = spawnSync(npm[0], [...npm.slice(1), ...args], { cwd: ROOT, stdio: ['ignore', 2, 2] })
  if (done.status !== 0) {
    const how = done.error ? done.error.message : `exit code ${done.status ?? done.signal}`
    throw new BootstrapError(
      `Installing the packages failed (${how}); npm's own words are above.\n` +
        `Run by hand and see: cd ${ROOT} && npm ci --ignore-scripts`,
    )
  }
  writeFileSync(STAMP, wanted)
}

const buildSources = async () => {
  try {
    await require('./build.cjs').buildIfChanged()
  } catch (error) {
    const words = Array.isArray(error.errors) ? '' : `${error.stack ?? error}\n` // esbuild has already printed its own
    throw new BootstrapError(`${words}The build failed. Run by hand and see: cd ${ROOT} && npm run build`)
  }
}

/** Node's version, packages, build. Rejects with a BootstrapError that says what failed and what to run by hand. */
const bootstrap = async () => {
  checkNode()
  installPackages()
  await buildSources()
}

module.exports = { bootstrap, BootstrapError, ROOT }

if (require.main === module) {
  bootstrap().catch((error) => {
    say(error instanceof BootstrapError ? error.message : error.stack)
    process.exitCode = 1
  })
}
