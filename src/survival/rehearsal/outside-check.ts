import type { OutsideLine } from './emergency-check.ts'
import type { CheckResult } from './pass-sheet.ts'

/** Calls outside would find a line of this box. */
export function checkOutside(lines: readonly OutsideLine[]): readonly CheckResult[] {
  if (lines.length === 0) {
    const text = 'this box has no trunk: without the PBX nobody can call outside'
    return [{ check: 'outside', subject: 'trunks', outcome: 'not-applicable', tookMs: 0, text }]
  }
  const well = lines.filter(({ healthy, free }) => healthy && free > 0)
  if (well.length > 0) {
    const text = well.map(({ name, free }) => `${name} is well, ${free} free`).join('; ')
    return [{ check: 'outside', subject: 'trunks', outcome: 'pass', tookMs: 0, text }]
  }
  const text = lines.map(({ name, healthy }) => `${name} ${healthy ? 'is full' : 'is not well'}`).join('; ')
  const advice = 'See the trunks on the page "Outside".'
  return [{ check: 'outside', subject: 'trunks', outcome: 'fail', tookMs: 0, text, advice }]
}
