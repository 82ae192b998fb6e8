/** From `due` on a box asks for a new credential; `urgent` is worth a person's attention; after the end it is out. */
export type CredentialAge = 'fresh' | 'due' | 'urgent' | 'ended'

interface Term {
  readonly notBefore: number
  readonly notAfter: number
}

const day = 86_400_000
const warnBefore = 14 * day

/** Two thirds of its life are `fresh`; the last 14 days, or the last sixth of a short life, are `urgent`. */
export function credentialAge({ notBefore, notAfter }: Term, now: number): CredentialAge {
  const life = notAfter - notBefore
  if (now > notAfter) return 'ended'
  if (now >= notAfter - Math.min(warnBefore, life / 6)) return 'urgent'
  return now >= notBefore + (life * 2) / 3 ? 'due' : 'fresh'
}

/** What the person in charge should know and do; undefined while there is nothing. */
export function credentialWarning(term: Term, now: number): string | undefined {
  const age = credentialAge(term, now)
  const end = new Date(term.notAfter).toISOString().slice(0, 10)
  if (age === 'ended')
    return `this box's credential ended on ${end}: make a ticket at an issuing box, then run here causeway overlay join --again TICKET`
  if (age === 'urgent')
    return `this box's credential ends on ${end} and no issuing box has renewed it: see that one runs and is connected`
  return undefined
}
