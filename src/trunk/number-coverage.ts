import type { E164 } from '../domain/phone-number.ts'

export interface Coverage {
  readonly prefixes: readonly string[]
  readonly excludedPrefixes: readonly string[]
}

/** The longest prefix by which the number is served; undefined when it is not, or a longer one excludes it. */
export function servedBy({ prefixes, excludedPrefixes }: Coverage, number: E164): string | undefined {
  const served = longestPrefix(prefixes, number)
  const excluded = longestPrefix(excludedPrefixes, number)
  if (served === undefined) return undefined
  return excluded !== undefined && excluded.length >= served.length ? undefined : served
}

/** The longest of the prefixes with which the number begins. */
export function longestPrefix(prefixes: readonly string[], number: E164): string | undefined {
  let best: string | undefined
  for (const prefix of prefixes) {
    if (number.startsWith(prefix) && prefix.length > (best?.length ?? -1)) best = prefix
  }
  return best
}
