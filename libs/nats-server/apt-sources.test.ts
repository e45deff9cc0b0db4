import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { mainArchive, parseDeb822, parseSourcesList } from './apt-sources'

test('reads the one-line form with and without options, and skips comments and sources', () => {
  const text = `# deb http://old.example/debian bookworm main
deb http://mirror.example/debian bookworm main contrib
deb-src http://mirror.example/debian bookworm main
deb [arch=amd64 signed-by=/usr/share/keyrings/a.gpg] https://b.example/apt stable main
`
  assert.equal(parseSourcesList(text), [
    { uri: 'http://mirror.example/debian', suites: ['bookworm'] },
    { uri: 'https://b.example/apt', suites: ['stable'], keyring: '/usr/share/keyrings/a.gpg' },
  ])
})

test('reads the form with one field a line, with comments, continued lines and disabled stanzas', () => {
  const text = `Types: deb deb-src
# http://snapshot.example/debian
URIs: http://one.example/debian
 http://two.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian.gpg

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
`
  const suites = ['bookworm', 'bookworm-updates']
  const keyring = '/usr/share/keyrings/debian.gpg'
  assert.equal(parseDeb822(text), [
    { uri: 'http://one.example/debian', suites, keyring },
    { uri: 'http://two.example/debian', suites, keyring },
  ])
})

test('an embedded key is left to apt', () => {
  const text = 'Types: deb\nURIs: http://a.example/debian\nSuites: trixie\nSigned-By:\n -----BEGIN PGP\n .\n abc\n'
  assert.equal(parseDeb822(text), [{ uri: 'http://a.example/debian', suites: ['trixie'] }])
})

test('the main archive is the one with the suite of the system, not a third party or security updates', () => {
  const found = mainArchive(
    [
      { uri: 'https://vendor.example/apt', suites: ['stable'] },
      { uri: 'http://mirror.example/debian-security', suites: ['bookworm'] },
      { uri: 'http://mirror.example/debian', suites: ['bookworm', 'bookworm-updates'] },
    ],
    'bookworm',
  )
  assert.is(found?.uri, 'http://mirror.example/debian')
  assert.is(mainArchive([], 'bookworm'), undefined)
})

test.run()
