import { type AorText, aor, printAor } from '../../domain/aor.ts'
import type { CallRecord } from '../../domain/call-record.ts'
import { parseDialledUri } from '../../domain/sip-uri.ts'

/** Whose calls an outage is about: all of a PBX, or in a rehearsal some users of it. */
export interface Concerned {
  readonly pbx: string
  /** Lower case. */
  readonly domain: string
  /** Undefined for all. */
  readonly users?: ReadonlySet<AorText>
}

export interface NumberOwners {
  /** The user, or group, whom a call from outside is for. `uri` as the trunk wrote it. */
  ownerOf(uri: string): AorText | undefined
}

/** Whether the call is to or from somebody concerned. */
export function concerns(
  record: CallRecord,
  { pbx, domain, users }: Concerned,
  owners: NumberOwners,
): boolean {
  const { source, sourceLabel, from, to, path, target, attempts } = record
  if (!users) {
    if (source === 'pbx' && sourceLabel === pbx) return true
    if (path === 'pbx' && target === pbx) return true
    if (attempts.some((tried) => tried.path === 'pbx' && tried.target === pbx)) return true
  }
  const parties = [source === 'phone' ? (sourceLabel ?? from) : from, to, target, owners.ownerOf(to)]
  return parties.some((party) => party !== undefined && isMeant(party, domain, users))
}

function isMeant(party: string, domain: string, users: ReadonlySet<AorText> | undefined): boolean {
  const uri = parseDialledUri(party)
  if (!uri || uri.scheme === 'tel' || uri.host !== domain) return false
  return users === undefined || users.has(printAor(aor(uri.user, uri.host)))
}
