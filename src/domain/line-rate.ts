import type { CallRate } from './call-rate.ts'
import type { E164 } from './phone-number.ts'
import type { PstnService } from './service-record.ts'

/** What a call to the number costs through another box's lines, as that box says. */
export function lineRate({ rates = [], costPerMinute }: PstnService, number: E164): CallRate {
  let best: (typeof rates)[number] | undefined
  for (const rate of rates)
    if (number.startsWith(rate.prefix) && rate.prefix.length > (best?.prefix.length ?? -1)) best = rate
  if (!best) return { perMinute: costPerMinute, setup: 0, stepSeconds: 1 }
  const { perMinute, setup, stepSeconds } = best
  return { perMinute, setup, stepSeconds }
}
