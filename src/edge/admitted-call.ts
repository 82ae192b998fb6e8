import type { IncomingInvite } from '../domain/sip.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { type Admission, type AdmissionRules, proveCaller } from './admission/admission.ts'
import { type CallerRules, statedCaller } from './admission/stated-caller.ts'
import { payerOf } from './call-charge.ts'
import type { CallIn } from './call-in.ts'
import { CallLog } from './call-log.ts'
import type { Demand } from './hunt/hunt.ts'
import { callerOffer } from './legs/caller-offer.ts'
import { printSessionId, readSessionId } from './legs/session-id.ts'
import { nameAddr } from './name-addr.ts'
import type { CallRecords, DecisionRecords, PeerLinks } from './neighbours.ts'
import type { OnRefer } from './transfer/joined-call.ts'

export interface AdmittedCallParts {
  readonly admission: AdmissionRules
  readonly records: CallRecords
  readonly decisions: DecisionRecords
  readonly links: PeerLinks
  readonly callers: CallerRules
  /** Whom a call from a trunk wants; providers write the number into different headers. */
  calledUri(trunk: string, invite: IncomingInvite): string
  readonly onRefer: OnRefer
  readonly clock: Clock
  readonly log: Log
}

/** The PBX was lost in the middle of this call: as a new one it is let in, for what such a caller may reach. */
const graceBegins: Demand = {
  status: 503,
  headers: { 'Retry-After': '1' },
  why: 'the PBX was lost during this call',
}

/** What an admitted INVITE asks for, in the words of routing, and the record of it, which begins here. */
export function admittedCall(
  invite: IncomingInvite,
  admitted: Extract<Admission, { kind: 'admitted' }>,
  headers: CallIn['headers'],
  parts: AdmittedCallParts,
): CallIn {
  const { records, decisions, links, clock, log, admission, callers, calledUri } = parts
  const { source, label, caller, callerIsAuthenticated, grace } = admitted
  const called = source === 'trunk' ? calledUri(label, invite) : invite.uri
  const { displayName, ...stated } = statedCaller(
    invite,
    // On grace there is no PBX to read what is dialled.
    { ...admitted, callerIsAuthenticated: callerIsAuthenticated || grace === true, requestUri: called },
    callers,
  )
  const { from, requestUri } = stated
  const { sdp, locationDocument } = callerOffer(invite)
  const payer = payerOf({ source, sourceLabel: label, caller })
  const sessionId = readSessionId(invite.header('session-id'))
  const facts = {
    callId: invite.callId,
    sessionId,
    from,
    to: requestUri,
    source,
    sourceLabel: label,
    payer,
  }
  const callLog = new CallLog(facts, records, decisions, clock, log)
  return {
    invite,
    question: {
      callId: invite.callId,
      source,
      sourceLabel: label,
      caller,
      callerIsAuthenticated,
      ...(grace && { grace }),
      ...stated,
      ...(source === 'phone' && { sourceAddress: invite.source.address }),
      ...(locationDocument !== undefined && { locationDocument }),
      at: callLog.startedAt,
    },
    displayName,
    offer: sdp,
    headers: { ...headers, 'Session-ID': printSessionId(callLog.sessionId) },
    contact: source === 'overlay' ? nameAddr(`sip:${links.ownNameFor(label)};transport=tcp`) : undefined,
    callLog,
    demandDigest: () => {
      const proof = caller && proveCaller(invite, caller, admission)
      if (proof?.kind === 'on-grace') return graceBegins
      return proof?.kind === 'refused' ? proof : undefined
    },
    onRefer: parts.onRefer,
  }
}
