import type { OutageCause } from '../../domain/outage.ts'

/** `office-20261121-231004`, `rehearsal-office-…`: what an operator types. Milliseconds since the Unix epoch. */
export function outageId(pbx: string, cause: OutageCause, at: number): string {
  const digits = new Date(at).toISOString().replace(/\D/g, '')
  return `${cause === 'rehearsal' ? 'rehearsal-' : ''}${pbx}-${digits.slice(0, 8)}-${digits.slice(8, 14)}`
}
