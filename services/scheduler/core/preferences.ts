import { attributeOf, type Instance, isOpen, type Task } from '#libs/cluster'
import { type Affinity, formatConstraint, isMet, type SpreadRule } from '#libs/spec'
import type { Fleet } from './fleet/fleet'
import type { Replicas } from './replicas'
import type { Tenants } from './tenants'

/** What one rule of a task says for or against a worker. */
export interface Part {
  /** E.g. `label.disk = ssd`, `spread over label.zone: 1 of 2 in b`. */
  readonly rule: string
  readonly points: number
}

/** How much an instance prefers each worker, by row: the policy chooses among those of the most points. */
export interface Preference {
  points(row: number): number
  /** What its points come from, for people. */
  parts(row: number): readonly Part[]
}

/** One rule with all that does not depend on the worker. */
interface Rule {
  points(row: number): number
  /** Null: it has nothing to say about the worker. */
  text(row: number): string | null
}

/** Rather anywhere else: more than all rules of a task come to. */
const AVOIDED = 1e9

/**
 * What jobs prefer beyond the policy: affinities, a spread, and rather not where an instance has failed lately. Answers
 * that hold until a worker changes are remembered.
 */
export class Preferences {
  /** By affinity and row: its points. */
  private readonly met = new Map<string, (number | undefined)[]>()
  /** By spread and row: to which group of workers it belongs. */
  private readonly groups = new Map<string, (string | undefined)[]>()

  constructor(
    private readonly fleet: Fleet,
    private readonly tenants: Tenants,
    private readonly replicas: Replicas,
  ) {}

  /** Null: all workers are the same to it, as they are to most. It speaks for those that are to follow it, too. */
  of(instance: Instance): Preference | null {
    const followers = this.replicas.followersOf(instance)
    if (followers.length === 0 && prefersNothing(instance)) return null
    const all = [instance, ...followers]
    if (all.every(prefersNothing)) return null
    const avoids = all.flatMap((one) => one.avoids)
    const rules = all.flatMap((one) => this.rulesOf(one))
    const points = (row: number): number => {
      let sum = avoids.length > 0 && avoids.includes(this.fleet.workers[row]?.name ?? '') ? -AVOIDED : 0
      for (const rule of rules) sum += rule.points(row)
      return sum
    }
    const parts = (row: number): readonly Part[] =>
      rules.flatMap((rule) => {
        const text = rule.text(row)
        return text === null ? [] : [{ rule: text, points: rule.points(row) }]
      })
    return { points, parts }
  }

  private rulesOf({ task, index }: Instance): readonly Rule[] {
    const { affinities = [], spread = [] } = task.spec
    return [...affinities.map((rule) => this.affinity(rule)), ...spread.map((rule) => this.spread(rule, task, index))]
  }

  /** A worker is not what it was. */
  forget(): void {
    this.met.clear()
    this.groups.clear()
  }

  private affinity(rule: Affinity): Rule {
    const text = formatConstraint(rule)
    const known = remembered(this.met, `${rule.weight} ${text}`)
    const points = (row: number): number => {
      known[row] ??= isMet(rule, this.attribute(rule.attribute, row)) ? rule.weight : 0
      return known[row] ?? 0
    }
    return { points, text: (row) => (points(row) === 0 ? null : text) }
  }

  /**
   * The weight times the part that a group of workers still lacks of its share of the instances, as it is without this
   * one: `(share - others) / share`. So groups fill in proportion, and who has more than its share comes last.
   */
  private spread({ attribute, weight, targets }: SpreadRule, task: Task, index: number): Rule {
    const key = `${attribute} ${targets === undefined ? '' : JSON.stringify(targets)}`
    const known = remembered(this.groups, key)
    const groupOf = (row: number): string => {
      known[row] ??= this.attribute(attribute, row).join(',')
      const value = known[row] ?? ''
      return targets === undefined || Object.hasOwn(targets, value) ? value : ''
    }
    const even = targets === undefined ? 100 / this.countGroups(groupOf) : 0
    const tenancy = this.tenants.of(task)
    const sharing = (row: number) => {
      const group = groupOf(row)
      const percent = targets === undefined ? even : group === '' ? restOf(targets) : (targets[group] ?? 0)
      const others = tenancy.countOthers(key, groupOf, group, index)
      return { group, others, share: (task.replicas * percent) / 100 }
    }
    return {
      points: (row) => {
        const { others, share } = sharing(row)
        return share > 0 ? (weight * (share - others)) / share : -weight * (1 + others)
      },
      text: (row) => {
        const { group, others, share } = sharing(row)
        const where = group !== '' ? group : targets === undefined ? 'none' : 'the others'
        return `spread over ${attribute}: ${others} of ${Number(share.toFixed(1))} in ${where}`
      },
    }
  }

  private attribute(attribute: string, row: number): readonly string[] {
    const worker = this.fleet.workers[row]
    return worker === undefined ? [] : attributeOf(worker, attribute)
  }

  /** How many different groups the workers that take instances are of. */
  private countGroups(groupOf: (row: number) => string): number {
    const groups = this.fleet.workers.flatMap((worker, row) => (isOpen(worker) ? [groupOf(row)] : []))
    return Math.max(1, new Set(groups).size)
  }
}

const prefersNothing = ({ avoids, task: { spec } }: Instance): boolean =>
  avoids.length === 0 && spec.affinities === undefined && spec.spread === undefined

const restOf = (targets: Readonly<Record<string, number>>): number =>
  100 - Object.values(targets).reduce((sum, percent) => sum + percent, 0)

const remembered = <T>(lists: Map<string, (T | undefined)[]>, key: string): (T | undefined)[] => {
  const known = lists.get(key)
  if (known !== undefined) return known
  const list: (T | undefined)[] = []
  lists.set(key, list)
  return list
}
