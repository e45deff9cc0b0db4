/** What is wrong with a pattern, as the rest of a sentence that begins with it. */
export class BadPattern extends Error {}

/** One character: the ranges of code points that it may, or may not, be of. */
export interface One {
  readonly not: boolean
  readonly ranges: readonly (readonly [number, number])[]
}

export type Step =
  | { readonly tag: 'one'; readonly one: One }
  | { readonly tag: 'start' | 'end' }
  /** Goes on at both places. */
  | { readonly tag: 'fork'; readonly to: readonly [number, number] }

/** So many steps at most: what a match costs is this times the length of the text, whatever the pattern. */
const MAX_STEPS = 2_000

/** Makes the steps of a part of the pattern, to stand from a place on. */
export type Part = (from: number) => Step[]

export const nothing: Part = () => []

export const single =
  (step: Step): Part =>
  () => [step]

/** One part behind the other. */
export const after =
  (one: Part, two: Part): Part =>
  (from) => {
    const first = one(from)
    return bounded([...first, ...two(from + first.length)])
  }

/** One part or the other; a jump is a fork with one way. */
export const either =
  (one: Part, two: Part): Part =>
  (from) => {
    const first = one(from + 1)
    const second = from + 1 + first.length + 1
    const rest = two(second)
    const end = second + rest.length
    return bounded([{ tag: 'fork', to: [from + 1, second] }, ...first, { tag: 'fork', to: [end, end] }, ...rest])
  }

/** A part so often as it comes, also not at all. */
export const many =
  (part: Part): Part =>
  (from) => {
    const steps = part(from + 1)
    const end = from + 1 + steps.length + 1
    return bounded([{ tag: 'fork', to: [from + 1, end] }, ...steps, { tag: 'fork', to: [from, from] }])
  }

const bounded = (steps: Step[]): Step[] => {
  if (steps.length > MAX_STEPS) throw new BadPattern('repeats too much')
  return steps
}

/** A part from `min` to `max` times, which may be infinite. */
export const repeated = (part: Part, min: number, max: number): Part => {
  let whole = nothing
  for (let n = 0; n < min; n += 1) whole = after(whole, part)
  if (max === Number.POSITIVE_INFINITY) return after(whole, many(part))
  let rest = nothing
  for (let n = min; n < max; n += 1) rest = either(after(part, rest), nothing)
  return after(whole, rest)
}

/** Whether the steps lead through to their end from anywhere in a text: all ways are gone at once. */
export const isFound = (steps: readonly Step[], text: string): boolean => {
  const codes = Array.from(text, (char) => char.codePointAt(0) ?? 0)
  let now = new Set<number>()
  for (let at = 0; ; at += 1) {
    reach(steps, now, 0, at === 0, at === codes.length)
    if (now.has(steps.length)) return true
    const code = codes[at]
    if (code === undefined) return false
    const then = new Set<number>()
    for (const place of now) {
      const step = steps[place]
      if (step?.tag === 'one' && isOf(step.one, code)) reach(steps, then, place + 1, false, at + 1 === codes.length)
    }
    now = then
  }
}

/** All places that are reached from one without taking a character. */
const reach = (steps: readonly Step[], into: Set<number>, from: number, atStart: boolean, atEnd: boolean): void => {
  const todo = [from]
  for (let place = todo.pop(); place !== undefined; place = todo.pop()) {
    if (into.has(place)) continue
    into.add(place)
    const step = steps[place]
    if (step?.tag === 'fork') todo.push(...step.to)
    else if ((step?.tag === 'start' && atStart) || (step?.tag === 'end' && atEnd)) todo.push(place + 1)
  }
}

const isOf = ({ not, ranges }: One, code: number): boolean => ranges.some(([a, b]) => code >= a && code <= b) !== not
