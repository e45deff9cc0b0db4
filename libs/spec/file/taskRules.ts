import { CONTAINER_SETTINGS } from '../container'
import type { Finding } from '../shapes'
import { healthRules } from './health'
import { hookRules } from './hooks'
import type { TaskFile } from './taskFields'
import { templateFindings } from './templateRules'

/** What must hold between the fields of a task. */
export const taskRules = (task: TaskFile): readonly Finding[] => {
  const findings: Finding[] = []
  const add = (at: Finding['at'], what: string, next: string): void => {
    findings.push({ at, what, next })
  }
  if (task.driver === 'docker' && task.image === undefined) {
    add(['image'], '`image` is missing, the docker driver needs one', 'for example `image: nginx:1.27`')
  }
  if (task.driver === 'process') {
    if (task.image !== undefined) add(['image'], 'the process driver runs no image', 'remove it, or take driver docker')
    if (task.command === undefined) {
      add(['command'], '`command` is missing, the process driver needs one', 'for example `command: ["sleep", "60"]`')
    }
    for (const field of CONTAINER_SETTINGS) {
      if (task[field] === undefined) continue
      add([field], `the process driver makes no container, it has no \`${field}\``, 'remove it, or take driver docker')
    }
  }
  findings.push(...templateFindings(task))
  if (task.command?.[0] === '') add(['command', 0], 'the program to run is an empty text', 'name a program')
  task.ports.forEach(({ hostPort }, index) => {
    if (hostPort === 0 || task.replicas <= 1) return
    const what = `${task.replicas} replicas cannot share host port ${hostPort}`
    add(['ports', index], what, 'leave the host port out, so that each gets a free one, or set `replicas: 1`')
  })
  const { policy, attempts, delayMs, maxDelayMs } = task.restart
  if (policy === 'never' && attempts !== undefined && attempts !== 0) {
    add(['restart', 'attempts'], 'the policy `never` restarts nothing, so it has no attempts', 'remove it')
  }
  if (maxDelayMs !== undefined && maxDelayMs < delayMs) {
    add(['restart', 'maxDelay'], '`maxDelay` is shorter than `delay`', 'make it at least as long')
  }
  findings.push(...healthRules(task), ...hookRules(task))
  return findings
}
