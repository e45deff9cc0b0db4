import * as E from 'fp-ts/Either'
import { ENV_NAME } from '../words'
import { isNothing, isTrue, itemsOf, leafOf, listOf, mapFrom, oneOrMore, pairsOf, partOf, textOf } from './reading'
import type { Carry } from './scope'
import { shellWords } from './shellWords'

/** A command line as text is split as a shell would, a list is taken as it is. */
const words =
  (field: 'command' | 'args'): Carry =>
  (value, draft, { findings }) => {
    if (value.list) {
      if (value.parts.size === 0) findings.tell('lost', value, 'what the image says cannot be taken away')
      return draft.set(field, value)
    }
    const text = textOf(value)
    const split = text === undefined ? null : shellWords(text)
    if (split === null) return findings.tell('wrong', value, 'expected a command line, or a list of words')
    if (split.length === 0) return findings.tell('lost', value, 'what the image says cannot be taken away')
    draft.set(
      field,
      listOf(
        split.map((word) => leafOf(word, value)),
        value,
      ),
    )
  }

const environment =
  (lookup: (name: string) => string | undefined): Carry =>
  (value, draft, { findings }) => {
    const env = new Map(pairsOf(value, /=/, findings))
    for (const [name, tree] of env) {
      if (!isNothing(tree)) continue
      const found = lookup(name)
      if (found === undefined) env.delete(name)
      else env.set(name, leafOf(found, tree))
      if (found === undefined && ENV_NAME.pattern.test(name)) {
        findings.tell('harmless', tree, `${name} is not set where the job is submitted, it is left out`)
      }
    }
    if (env.size > 0) draft.set('env', mapFrom(env, value))
  }

const envFile: Carry = (value, draft, { findings, read }) => {
  for (const item of oneOrMore(value)) {
    const path = textOf(item) === undefined ? partOf(item, 'path') : item
    if (path === undefined) {
      findings.tell('wrong', item, 'expected a path, or a map with `path`')
      continue
    }
    const required = partOf(item, 'required')
    if (required === undefined || isTrue(required) || E.isRight(read(textOf(path) ?? ''))) draft.add('envFiles', path)
    else findings.tell('harmless', path, 'there is no such file, and it need not be there')
  }
}

const HEALTH_TIMES = { interval: 'interval', timeout: 'timeout', start_period: 'startPeriod', retries: 'retries' }

const healthcheck: Carry = (value, draft, { findings }) => {
  const test = partOf(value, 'test')
  const [first, ...rest] = test?.list === true ? itemsOf(test) : []
  const off = partOf(value, 'disable')
  if ((off !== undefined && isTrue(off)) || (first !== undefined && textOf(first) === 'NONE')) {
    return draft.set('health.disable', leafOf(true, off ?? value))
  }
  if (test === undefined) {
    return findings.tell('lost', value, 'the check of the image cannot be changed in part', 'add its `test`')
  }
  const kind = first === undefined ? 'CMD-SHELL' : textOf(first)
  if (kind === 'CMD') draft.set('health.command', listOf(rest, test))
  else if (kind === 'CMD-SHELL') {
    const line = first === undefined ? test : (rest[0] ?? test)
    const shell = ['/bin/sh', '-c'].map((word) => leafOf(word, test))
    draft.set('health.command', listOf([...shell, line], test))
  } else findings.tell('wrong', test, 'a list starts with "CMD", "CMD-SHELL" or "NONE"')
  // What holds in Compose where the file does not say.
  draft.set('health.interval', leafOf('30s', value))
  draft.set('health.timeout', leafOf('30s', value))
  for (const [theirs, ours] of Object.entries(HEALTH_TIMES)) draft.set(`health.${ours}`, partOf(value, theirs))
  const startInterval = partOf(value, 'start_interval')
  if (startInterval !== undefined) {
    findings.tell('harmless', startInterval, 'ork looks more often by itself at what is not up yet')
  }
}

const CONDITIONS: Readonly<Record<string, string>> = {
  service_started: 'started',
  service_healthy: 'healthy',
  service_completed_successfully: 'completed',
}

const dependsOn: Carry = (value, draft, { findings, alone, top }) => {
  const wanted = value.list
    ? itemsOf(value).map((item) => [textOf(item) ?? '', leafOf('started', item)] as const)
    : [...pairsOf(value, /=/, findings)].map(([name, tree]) => [name, conditionOf(tree)] as const)
  const kept = wanted.filter(([name, condition]) => {
    if (alone || top('jobs', name) !== undefined) {
      findings.tell('lost', condition, 'a job cannot wait for another', 'let it try again until the other is there')
      return false
    }
    return true
  })
  if (kept.length > 0) draft.set('dependsOn', mapFrom(new Map(kept), value))
}

const conditionOf = (tree: Parameters<Carry>[0]): Parameters<Carry>[0] => {
  const condition = partOf(tree, 'condition')
  if (condition === undefined) return leafOf('started', tree)
  const known = CONDITIONS[textOf(condition) ?? '']
  return known === undefined ? condition : leafOf(known, condition)
}

/** What the container runs, in what environment, and how it is known to be well. */
export const processFields = (lookup: (name: string) => string | undefined): Readonly<Record<string, Carry>> => ({
  entrypoint: words('command'),
  command: words('args'),
  environment: environment(lookup),
  env_file: envFile,
  healthcheck,
  depends_on: dependsOn,
})
