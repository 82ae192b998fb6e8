import { type Aor, parseAor, printAor } from '../domain/aor.ts'
import type { Binding } from '../domain/binding.ts'
import { parseDialledUri } from '../domain/sip-uri.ts'
import type { Database } from '../drivers/sqlite/database.ts'
import { OutageTable } from '../drivers/sqlite/outage-table.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { DialPlan } from '../numbering/dial-plan.ts'
import type { Location } from '../registrar/location.ts'
import type { LedgerParts } from '../survival/outages/ledger-parts.ts'
import { OutageLedger } from '../survival/outages/outage-ledger.ts'
import type { SitePhone } from '../survival/outages/phone-roll.ts'
import type { PhoneGroups } from '../survival/phones/phone-groups.ts'
import type { RecordKeeping } from './record-keeping.ts'

export interface OutageRecordsParts {
  readonly database: Database
  readonly pbxs: LedgerParts['pbxs']
  readonly location: Pick<Location, 'all'>
  readonly groups: Pick<PhoneGroups, 'wayOf'>
  readonly keeping: RecordKeeping
  readonly numbers: Pick<DialPlan, 'didOf' | 'readFromTrunk'>
  /** The group of that name, by now. */
  readonly groupOf: (name: Aor) => unknown
  /** Longest registration that the box grants in place of a PBX, in seconds. */
  readonly expirySeconds: number
  readonly clock: Clock
  readonly log: Log
}

const leastHomeMs = 900_000
/** A phone that has missed three of its registrations is not on its way. */
const expiriesToHome = 3

/** The ledger of outages with what it needs of this box. */
export function outageRecords(parts: OutageRecordsParts): OutageLedger {
  const { database, pbxs, location, groups, keeping, numbers, groupOf, expirySeconds, clock, log } = parts
  const { records, archive, notices } = keeping
  return new OutageLedger({
    store: new OutageTable(database),
    pbxs,
    phonesOf: (domain) => phonesOf(domain, location.all(), groups),
    calls: { active: () => records.active(), recent: () => records.recent() },
    archive,
    facts: {
      ownerOf: (uri) => {
        const number = numbers.readFromTrunk(uri)
        const owner = number && numbers.didOf(number)
        return owner && printAor(owner)
      },
      isGroup: (uri) => {
        const name = parseDialledUri(uri)
        return name?.scheme === 'sip' && groupOf({ user: name.user, domain: name.host }) !== undefined
      },
    },
    notices,
    homeWithinMs: Math.max(leastHomeMs, expiriesToHome * expirySeconds * 1_000),
    clock,
    log,
  })
}

/** Phones that also register at the PBX themselves (backup) come and go as they like: nothing says that they are home. */
function* phonesOf(
  domain: string,
  bindings: Iterable<Binding>,
  groups: Pick<PhoneGroups, 'wayOf'>,
): Iterable<SitePhone> {
  const end = `@${domain}`
  for (const binding of bindings) {
    if (!binding.aor.endsWith(end)) continue
    const user = parseAor(binding.aor)
    if (user && groups.wayOf(user) === 'front') yield phoneOf(binding)
  }
}

/** Phones of one user that give no instance (RFC 5626) and share an address count as one. */
function phoneOf({ aor, instance, source, userAgent, registeredAt, origin }: Binding): SitePhone {
  return {
    aor,
    device: instance ?? source.address,
    userAgent,
    address: source.address,
    port: source.port,
    lastSeen: registeredAt,
    isAtPbx: origin !== 'box',
  }
}
