import type { OutageLedger } from '../survival/outages/outage-ledger.ts'
import type { Rehearsals } from '../survival/rehearsal/rehearsals.ts'

/** A rehearsal is an outage for its users: it gets a report of its calls and phones too. */
export function reportRehearsals(
  rehearsals: Pick<Rehearsals, 'onPhase'>,
  ledger: Pick<OutageLedger, 'rehearsalBegan' | 'rehearsalEnded'>,
): void {
  rehearsals.onPhase(({ id, pbx, domain, users, by, phase }) => {
    const why = `rehearsal ${id}, ordered by ${by}`
    if (phase === 'away') ledger.rehearsalBegan({ pbx, domain, users: new Set(users), why })
    else ledger.rehearsalEnded(pbx)
  })
}
