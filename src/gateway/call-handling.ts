import type { Config } from '../config/schema.ts'
import type { IncomingInvite } from '../domain/sip.ts'
import type { AdmissionRules } from '../edge/admission/admission.ts'
import { WishPrefixes } from '../edge/admission/wish-prefixes.ts'
import { CallHandler, type InviteStack } from '../edge/call-handler.ts'
import { forwardDestinations } from '../edge/hunt/forward-destinations.ts'
import { redirectContacts } from '../edge/hunt/redirect-contacts.ts'
import type { CallRecords } from '../edge/neighbours.ts'
import type { Accounts } from '../identity/accounts.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { CallMedia } from '../media/call-media.ts'
import type { MediaRelay } from '../media/media-relay.ts'
import { witnessedByRouting } from './box-witness.ts'
import type { EmergencyService } from './emergency-service.ts'
import type { JoinedOverlays } from './joined-overlays.ts'
import { witnessedByOutages } from './outage-witness.ts'
import type { RecordKeeping } from './record-keeping.ts'
import type { RoutingSite } from './routing-site.ts'
import type { SubscriptionService } from './subscription-service.ts'
import type { SurvivalService } from './survival-service.ts'
import type { TelephoneNetwork } from './telephone-network.ts'
import { witnessedByTrunks } from './trunk-witness.ts'
import { urgentCalls } from './urgent-calls.ts'

export interface CallHandlingParts {
  readonly config: Config
  readonly stack: InviteStack
  readonly admission: AdmissionRules
  readonly site: RoutingSite
  readonly accounts: Accounts
  readonly overlays: JoinedOverlays
  readonly outside: TelephoneNetwork
  readonly survival: SurvivalService
  readonly emergency: EmergencyService
  readonly subscriptions: SubscriptionService
  readonly keeping: RecordKeeping
  readonly relay: MediaRelay | undefined
  readonly boxId: string
  readonly clock: Clock
  readonly log: Log
}

/** What happens to calls, and who learns from how they go. */
export function callHandling(parts: CallHandlingParts): CallHandler {
  const { config, stack, admission, site, accounts, overlays, outside, emergency, clock, log } = parts
  const { numbers, trunks, toll, asterisks } = outside
  const calledUri = (trunk: string, invite: IncomingInvite) => trunks.calledUri(trunk, invite)
  return new CallHandler({
    stack,
    admission,
    router: emergency.router,
    legs: emergency.legs,
    isUrgent: urgentCalls({ admission, site, calledUri, isCallback: emergency.isCallback }),
    isCallback: emergency.isCallback,
    media: new CallMedia(parts.relay, config.media, log),
    witness: parts.survival.witness,
    records: witnessedRecords(parts),
    decisions: parts.keeping.decisions,
    links: overlays,
    conversations: asterisks.conversations(config.pbxs),
    calledUri,
    policyOf: (source, label = '') => (source === 'trunk' ? trunks.policyOf(label) : undefined),
    callers: {
      callerOf: (trunk, invite) => trunks.callerOf(trunk, invite),
      wishes: new WishPrefixes(
        config.numbering,
        (digits) => numbers.readDialled(digits).kind === 'emergency',
      ),
    },
    takeIncoming: (trunk, isUrgent) => trunks.takeIncoming(trunk, isUrgent),
    maxCalls: config.sip.maxCalls,
    numberOf: (user) => accounts.byAor(user)?.numbers[0],
    transferRules: toll,
    ringMs: config.sip.ringSeconds * 1_000,
    forwardTo: (question, targets) =>
      config.sip.callHandling === 'proxy' ? forwardDestinations(question, targets, trunks) : undefined,
    redirectTo: (question, targets) =>
      config.sip.callHandling === 'redirect' ? redirectContacts(question, targets) : undefined,
    boxId: parts.boxId,
    clock,
    log,
  })
}

/** The record of each call, on its way to the disk past all who learn from it. */
function witnessedRecords(parts: CallHandlingParts): CallRecords {
  const { keeping, survival, outside, site, emergency, subscriptions, clock, log } = parts
  const byOutages = witnessedByOutages(keeping.records, survival.outages, log)
  const byTrunks = witnessedByTrunks(outside.hangUps.over(byOutages), outside.trunks)
  const byRouting = witnessedByRouting(byTrunks, site.restingBoxes, clock)
  return subscriptions.records(emergency.records(byRouting))
}
