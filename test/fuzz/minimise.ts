import type { FuzzTarget } from './fuzz-target.ts'

const maxChecks = 2_000

/** What is wrong with a case, undefined when nothing is. */
export async function faultOf<Case>(target: FuzzTarget<Case>, sample: Case): Promise<Error | undefined> {
  try {
    await target.check(sample)
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** Delta debugging: takes the first simpler case that still fails, until none does. */
export async function minimise<Case>(target: FuzzTarget<Case>, failing: Case): Promise<Case> {
  let best = failing
  let checks = 0
  for (let isSimpler = true; isSimpler && checks < maxChecks; ) {
    isSimpler = false
    for (const candidate of target.simpler(best)) {
      if (checks++ >= maxChecks) break
      if (!(await faultOf(target, candidate))) continue
      best = candidate
      isSimpler = true
      break
    }
  }
  return best
}

/** The list without one half, one quarter, … one element. */
export function* withoutParts<T>(list: readonly T[]): Generator<T[]> {
  for (let size = Math.ceil(list.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < list.length; at += size) yield [...list.slice(0, at), ...list.slice(at + size)]
}

/** The text without parts of it, in pieces that grow smaller. */
export function* shorterTexts(text: string): Generator<string> {
  for (let size = Math.ceil(text.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < text.length; at += size) yield text.slice(0, at) + text.slice(at + size)
}
