import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { renderError } from '#libs/kernel'
import { JobSpecCodec } from './codec'
import { convertCompose } from './compose'
import { parseJobFile } from './parse'

const folder = join(__dirname, '..', '..', '..', 'examples')
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'))

for (const file of files) {
  test(`examples/${file} is a valid job`, () => {
    const result = parseJobFile(readFileSync(join(folder, file), 'utf8'), file)
    if (E.isLeft(result)) assert.unreachable(result.left.map(renderError).join('\n'))
    else assert.ok(JobSpecCodec.is(result.right))
  })
}

test('the Compose file of examples/stack is three jobs, those of the job files beside it, and loses nothing', () => {
  const result = convertCompose([
    { name: 'compose.yaml', text: readFileSync(join(folder, 'stack', 'compose.yaml'), 'utf8') },
  ])
  if (E.isLeft(result)) assert.unreachable(result.left.map(renderError).join('\n'))
  else {
    const jobs = result.right.jobs.map(({ name, kind }) => `${name} ${kind}`)
    assert.equal([jobs, result.right.warnings], [['stack service', 'stack-agent system', 'stack-report cron'], []])
    const written = ['stack.yaml', 'agent.yaml', 'report.yaml'].map((file) => {
      const parsed = parseJobFile(readFileSync(join(folder, 'stack', file), 'utf8'), file)
      if (E.isLeft(parsed)) throw new Error(parsed.left.map(renderError).join('\n'))
      return parsed.right
    })
    assert.equal(written, result.right.jobs)
  }
})

test('there are examples of a service, a batch job, two tasks and a first job for either driver', () => {
  for (const name of ['web', 'batch', 'two-tasks', 'hello', 'hello-process']) assert.ok(files.includes(`${name}.yaml`))
})

test.run()
