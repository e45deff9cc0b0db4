// `npm run docs` writes what is generated from the vocabulary and the fold; `npm run docs -- --check` only says whether it is fresh.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { orkVersion } from '#libs/runtime'
import { FOLD_VERSION_FILE, foldVersionFile } from '../foldDigest'
import { asyncapiDocument } from './asyncapi'
import { catalogue, ROOT } from './catalogue'
import { eventsPage } from './eventsPage'
import { JOB_SCHEMA, jobFileSchema } from './jobFile'
import { jobPage } from './jobPage'

const documents = (): Readonly<Record<string, string>> => {
  const events = catalogue()
  return {
    'docs/events.md': eventsPage(events),
    'docs/asyncapi.json': asyncapiDocument(events, orkVersion()),
    'docs/job.md': jobPage(),
    [JOB_SCHEMA]: jobFileSchema(),
    [FOLD_VERSION_FILE]: foldVersionFile(ROOT),
  }
}

const readOrNothing = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // not there yet: stale
  }
}

const main = (check: boolean): number => {
  const stale = Object.entries(documents()).filter(([name, text]) => readOrNothing(join(ROOT, name)) !== text)
  for (const [name, text] of stale) {
    if (check) console.error(`${name} is not what the code says`)
    else {
      mkdirSync(dirname(join(ROOT, name)), { recursive: true })
      writeFileSync(join(ROOT, name), text)
      console.log(`wrote ${name}`)
    }
  }
  if (check && stale.length > 0) console.error('  run `npm run docs` and commit what it writes')
  return check && stale.length > 0 ? 1 : 0
}

process.exitCode = main(process.argv.includes('--check'))
