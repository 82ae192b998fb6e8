import type { CheckResult } from './pass-sheet.ts'

const mostFaults = 50

/** What the box should know of the PBX and does not, a sentence each; what other checks say is not said again. */
export function checkKnowledge(
  faults: readonly string[],
  lostNumbers: readonly string[],
): readonly CheckResult[] {
  const result = { check: 'knowledge', subject: 'of the PBX', tookMs: 0 } as const
  const others = faults.filter((fault) => !lostNumbers.some((number) => fault.includes(number)))
  if (others.length === 0)
    return [{ ...result, outcome: 'pass', text: 'nothing that was told of it is missing' }]
  const advice = 'See "causeway survival readiness".'
  return others.slice(0, mostFaults).map((text) => ({ ...result, outcome: 'fail', text, advice }))
}
