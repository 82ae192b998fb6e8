import type { SrvRecord } from './dns-record.ts'

/** RFC 2782: lowest priority first, and within it at random in proportion to the weights. `random` gives 0 ≤ x < 1. */
export function inSrvOrder(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  const byPriority = Map.groupBy(records, (record) => record.priority)
  const priorities = [...byPriority.keys()].sort((a, b) => a - b)
  return priorities.flatMap((priority) => drawByWeight(byPriority.get(priority) ?? [], random))
}

function drawByWeight(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  // Records of weight 0 stand first, so that they have a small chance before the others.
  const left = records.toSorted((a, b) => Number(a.weight > 0) - Number(b.weight > 0))
  const drawn: SrvRecord[] = []
  while (left.length > 0) {
    const total = left.reduce((sum, { weight }) => sum + weight, 0)
    const mark = Math.floor(random() * (total + 1))
    drawn.push(...left.splice(indexAt(left, mark), 1))
  }
  return drawn
}

/** The first record at which the running sum of the weights reaches the mark. */
function indexAt(records: readonly SrvRecord[], mark: number): number {
  let sum = 0
  return records.findIndex(({ weight }) => {
    sum += weight
    return sum >= mark
  })
}
