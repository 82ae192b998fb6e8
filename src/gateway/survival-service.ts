import type { Config } from '../config/schema.ts'
import type { Aor } from '../domain/aor.ts'
import type { SipStack } from '../domain/sip.ts'
import type { Database } from '../drivers/sqlite/database.ts'
import type { SettingTable } from '../drivers/sqlite/setting-table.ts'
import type { PbxWitness } from '../edge/neighbours.ts'
import type { Guard } from '../guard/guard.ts'
import type { Accounts } from '../identity/accounts.ts'
import type { DigestAuthenticator } from '../identity/digest.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import type { DialPlan } from '../numbering/dial-plan.ts'
import type { Location } from '../registrar/location.ts'
import type { Registrar } from '../registrar/registrar.ts'
import type { Bindings } from '../routing/site.ts'
import type { PbxWatch } from '../survival/health/pbx-watch.ts'
import type { OutageLedger } from '../survival/outages/outage-ledger.ts'
import type { FrontRegistration } from '../survival/phones/front-registration.ts'
import type { Homecoming } from '../survival/phones/homecoming.ts'
import type { MirroredPhones } from '../survival/phones/mirrored-phones.ts'
import { PhoneGroups } from '../survival/phones/phone-groups.ts'
import type { RegistrationIntake } from '../survival/phones/registration-intake.ts'
import { RehearsedNames } from '../survival/rehearsal/rehearsed-names.ts'
import type { Asterisks } from './asterisks.ts'
import { mirroredPbxs } from './mirrored-pbxs.ts'
import { outageRecords } from './outage-records.ts'
import type { OwnHosts } from './own-hosts.ts'
import { phoneRegistrations } from './phone-registrations.ts'
import type { RecordKeeping } from './record-keeping.ts'
import { StandingIn, type StandingInParts } from './standing-in.ts'
import { type WatchedPbxsParts, watchedPbxs } from './watched-pbxs.ts'

export interface SurvivalServiceParts extends Pick<WatchedPbxsParts, 'trunks' | 'overlays' | 'names'> {
  readonly config: Config
  readonly realm: string
  readonly stack: SipStack
  readonly accounts: Accounts
  readonly digest: DigestAuthenticator
  readonly location: Location
  readonly asterisks: Asterisks
  readonly ownHosts: OwnHosts
  readonly settings: SettingTable
  readonly database: Database
  readonly keeping: RecordKeeping
  readonly numbers: DialPlan
  /** The group of that name, by now. */
  readonly groupOf: (name: Aor) => unknown
  readonly guard: Guard
  readonly clock: Clock
  readonly log: Log
}

/** All that the box does so that nobody notices when a PBX dies. */
export class SurvivalService {
  readonly pbxs: PbxWatch
  readonly rehearsed = new RehearsedNames()
  readonly mirrored: MirroredPhones
  readonly registrar: Registrar
  readonly front: FrontRegistration
  readonly outages: OutageLedger
  readonly groups: PhoneGroups
  readonly homecoming: Homecoming
  readonly intake: RegistrationIntake
  readonly standIn: StandingIn
  /** What calls see of the PBXs. */
  readonly witness: PbxWitness = {
    saw: (...seen) => this.pbxs.saw(...seen),
    heard: (pbx, method, challenge) => {
      const domain = this.pbxs.named(pbx)?.domain
      if (domain !== undefined) this.standIn.realms.heard(domain, method, challenge)
    },
  }
  /** Where calls find the phones. */
  readonly whereabouts: Bindings
  /** Started before calls are taken: how the PBXs were before a restart. */
  readonly recall: Part
  /** In start order. */
  readonly parts: readonly Part[]

  constructor(parts: SurvivalServiceParts) {
    const { config } = parts
    const health = watchedPbxs({ ...parts, rehearsed: this.rehearsed })
    this.pbxs = health.pbxs
    this.recall = health.recall
    this.mirrored = mirroredPbxs({ ...parts, pbxs: this.pbxs })
    this.groups = new PhoneGroups(config.pbxs)
    const { pbxs, groups } = this
    const { expirySeconds } = config.survival
    this.outages = outageRecords({ ...parts, pbxs, groups, expirySeconds })
    const { lookup } = this.mirrored.over(parts.location)
    const { location } = parts
    const bindings: StandingInParts['bindings'] = {
      all: (at) => location.all(at),
      lookup,
      toldOf: (user) => this.mirrored.toldOf(user),
      onExpiry: (listener) => location.onExpiry(listener),
    }
    this.standIn = new StandingIn({ ...parts, health: this.pbxs, bindings })
    const { standIn } = this
    const phones = phoneRegistrations({
      ...parts,
      pbxs: this.pbxs,
      groups: this.groups,
      outages: this.outages,
      standIn,
    })
    const { homecoming } = phones
    this.registrar = phones.registrar
    this.front = phones.front
    this.intake = phones.intake
    this.homecoming = homecoming
    this.whereabouts = { lookup, isAway: (user) => homecoming.isAway(user) }
    this.parts = [homecoming, ...health.parts, this.mirrored, this.outages]
  }
}
