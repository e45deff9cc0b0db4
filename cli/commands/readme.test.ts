import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

const readme = readFileSync(join(__dirname, '..', '..', '..', 'README.md'), 'utf8')
const rows = readme.split('\n').filter((line) => line.startsWith('| `ork '))

/** Every command as it is typed, from the files that hold them. */
const commands = readdirSync(__dirname, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.js') && !file.endsWith('.test.js'))
  .map((file) => file.replace(/(\/index)?\.js$/, '').replaceAll('/', ' '))

test("every command has its place in the README's table", () => {
  assert.ok(commands.includes('archive') && commands.includes('scheduler set-policy'))
  const missing = commands.filter((command) => !rows.some((row) => new RegExp(`\`ork ${command}[\` ]`).test(row)))
  assert.equal(missing, [])
})

test("the README's table names no command that there is not", () => {
  const named = rows.flatMap((row) =>
    [...row.matchAll(/`ork ([a-z -]+?)(?=`| [A-Z[-])/g)].map(([, command]) => command),
  )
  assert.ok(named.length >= commands.length)
  assert.equal(
    named.filter((command) => command !== undefined && !commands.includes(command)),
    [],
  )
})

test.run()
