import type { Config } from '../config/schema.ts'
import type { NoticeSink } from '../domain/notice.ts'
import type { SipStack } from '../domain/sip.ts'
import type { LegPreparer } from '../edge/legs/prepared-leg.ts'
import type { EmergencyCalls } from '../emergency/emergency-calls.ts'
import type { Accounts } from '../identity/accounts.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import type { Location } from '../registrar/location.ts'
import type { Router } from '../routing/router.ts'
import type { Readiness } from '../survival/knowledge/readiness.ts'
import { Examination } from '../survival/rehearsal/examination.ts'
import { Rehearsals } from '../survival/rehearsal/rehearsals.ts'
import { ScheduledRehearsals } from '../survival/rehearsal/scheduled-rehearsals.ts'
import { type KeptValues, SheetShelf } from '../survival/rehearsal/sheet-shelf.ts'
import type { JoinedOverlays } from './joined-overlays.ts'
import { rehearsableUsers } from './rehearsable-users.ts'
import { reportRehearsals } from './rehearsal-reports.ts'
import { rehearsedBox } from './rehearsed-box.ts'
import type { RoutingSite } from './routing-site.ts'
import { scheduledRehearsals } from './scheduled-rehearsals.ts'
import type { SurvivalService } from './survival-service.ts'
import type { TelephoneNetwork } from './telephone-network.ts'

export interface RehearsalServiceParts {
  readonly config: Config
  readonly survival: Pick<SurvivalService, 'pbxs' | 'rehearsed' | 'groups' | 'standIn' | 'outages'>
  readonly knowledge: { readiness(): readonly Pick<Readiness, 'pbx' | 'faults'>[] }
  readonly accounts: Accounts
  readonly location: Location
  readonly overlays: JoinedOverlays
  readonly outside: Pick<TelephoneNetwork, 'numbers' | 'trunks' | 'toll'>
  readonly site: RoutingSite
  readonly router: Router
  readonly legs: LegPreparer
  readonly stack: Pick<SipStack, 'request' | 'invite'>
  readonly emergencies: EmergencyCalls
  readonly calls: { readonly count: number }
  readonly notices: NoticeSink
  readonly settings: KeptValues
  readonly clock: Clock
  readonly log: Log
}

/** Of the calls that the box takes, from here on it has better things to do. */
const busyFrom = 0.8

/** Rehearsals of a PBX's absence, by order and by schedule, and what ends them early. */
export class RehearsalService {
  readonly rehearsals: Rehearsals
  /** In start order. */
  readonly parts: readonly Part[]

  constructor(parts: RehearsalServiceParts) {
    const { config, survival, location, outside, emergencies, calls, notices, settings, clock, log } = parts
    const { maxCalls } = config.sip
    this.rehearsals = new Rehearsals({
      known: rehearsableUsers(parts),
      needs: {
        emergencies: () => emergencies.underWay,
        blocked: () => outside.toll.view().blocks.map(({ payer }) => payer),
        overload: () =>
          calls.count >= maxCalls * busyFrom
            ? `the box carries ${calls.count} of ${maxCalls} calls`
            : undefined,
      },
      names: survival.rehearsed,
      bindings: (user) => location.lookup(user),
      examination: new Examination(rehearsedBox(parts)),
      shelf: new SheetShelf(settings, log),
      expirySeconds: config.survival.expirySeconds,
      notices,
      clock,
      log,
    })
    reportRehearsals(this.rehearsals, survival.outages)
    emergencies.onBegan(({ isTest }) => {
      if (!isTest) this.rehearsals.realNeed('somebody called for help')
    })
    survival.pbxs.onStateChange(({ name, to, why }) => {
      if (to === 'survival') this.rehearsals.pbxIsGone(name, why)
    })
    const schedule = new ScheduledRehearsals({
      entries: scheduledRehearsals(config.survival.rehearsals),
      rehearsals: this.rehearsals,
      callsNow: () => calls.count,
      timeZone: outside.numbers.timeZone,
      notices,
      clock,
      log,
    })
    this.parts = [this.rehearsals, schedule]
  }
}
