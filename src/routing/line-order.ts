import type { Line } from './line.ts'

/** For the decision record. */
export const orderText =
  'what is well first, then lines of this box, made for these numbers more closely, cheaper for three minutes, as listed'

/**
 * In the order in which they are tried. Lines that rest come last. Among the others this box's own come first, the one
 * with the longer prefix before the cheaper one; a line of another box only comes before an own line that costs more
 * than `ownLinesUpTo` times as much. A price of 0 is what a line has for which nobody gave one: it beats no own line.
 */
export function inOrder(lines: readonly Line[], ownLinesUpTo: number): readonly Line[] {
  return [false, true].flatMap((resting) => {
    const those = lines.filter(({ isResting }) => isResting === resting)
    const own = those.filter(({ isOwn }) => isOwn).sort(byCloseness)
    const others = those.filter(({ isOwn }) => !isOwn).sort(byPrice)
    return merged(own, others, ownLinesUpTo)
  })
}

/** `others` is by price, so that those which are clearly cheaper than an own line are at its head. */
function merged(own: readonly Line[], others: readonly Line[], ownLinesUpTo: number): readonly Line[] {
  const unpriced = others.filter(({ price }) => price === 0)
  const priced = others.filter(({ price }) => price > 0)
  const inTurn: Line[] = []
  for (const line of own) {
    const dearer = priced.findIndex(({ price }) => line.price <= ownLinesUpTo * price)
    inTurn.push(...priced.splice(0, dearer === -1 ? priced.length : dearer), line)
  }
  return [...inTurn, ...unpriced, ...priced]
}

function byCloseness(a: Line, b: Line): number {
  return b.closeness - a.closeness || a.price - b.price
}

function byPrice(a: Line, b: Line): number {
  return a.price - b.price
}
