import type { DigitPattern } from './digit-pattern.ts'
import { type DigitSequence, mostDigits } from './digit-sequence.ts'

// A sequence has at most one elastic place, so for each length there is exactly one row of places to compare.

/** Some text that both patterns fit; undefined when there is none. */
export function commonExample(one: DigitPattern, other: DigitPattern): string | undefined {
  for (const first of one.alternatives) {
    for (const second of other.alternatives) {
      for (let length = 1; length <= mostDigits; length++) {
        const example = commonOf(placesOf(first, length), placesOf(second, length))
        if (example !== undefined) return example
      }
    }
  }
  return undefined
}

/** Whether every text that fits `inner` fits `outer` too; alternatives of `outer` are not joined to find out. */
export function covers(outer: DigitPattern, inner: DigitPattern): boolean {
  return inner.alternatives.every((narrow) => {
    return outer.alternatives.some((wide) => {
      for (let length = 1; length <= mostDigits; length++) {
        const places = placesOf(narrow, length)
        if (places && !isWithin(places, placesOf(wide, length))) return false
      }
      return true
    })
  })
}

/** How many texts of at most so many characters fit, alternatives counted one by one. */
export function countOf({ alternatives }: DigitPattern, mostCharacters: number): number {
  let count = 0
  for (const sequence of alternatives) {
    for (let length = 1; length <= mostCharacters; length++) {
      const places = placesOf(sequence, length)
      if (places) count += places.reduce((product, { length: choices }) => product * choices, 1)
    }
  }
  return count
}

/** What may stand at each place of a text of that length; undefined when no such text fits. */
function placesOf({ steps }: DigitSequence, length: number): readonly string[] | undefined {
  const least = steps.reduce((sum, step) => sum + step.least, 0)
  const extra = length - least
  const room = steps.reduce((sum, step) => sum + step.most - step.least, 0)
  if (extra < 0 || extra > room) return undefined
  return steps.flatMap(({ characters, least: times, most }) =>
    Array<string>(most > times ? times + extra : times).fill(characters),
  )
}

function commonOf(
  one: readonly string[] | undefined,
  other: readonly string[] | undefined,
): string | undefined {
  if (!one || !other) return undefined
  const common = one.map((characters, index) =>
    [...characters].find((character) => other[index]?.includes(character)),
  )
  return common.includes(undefined) ? undefined : common.join('')
}

function isWithin(inner: readonly string[], outer: readonly string[] | undefined): boolean {
  return (
    outer !== undefined &&
    inner.every((characters, index) =>
      [...characters].every((character) => outer[index]?.includes(character)),
    )
  )
}
