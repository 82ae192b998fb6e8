import type { CallPath } from '../domain/call-record.ts'
import type { CallQuestion } from '../domain/route.ts'
import type { IncomingInvite } from '../domain/sip.ts'
import type { AdmissionRules } from '../edge/admission/admission.ts'
import { recogniseSpeaker } from '../edge/admission/speaker.ts'
import { readNameAddr } from '../edge/name-addr.ts'
import { classifyDestination } from '../routing/destination.ts'
import type { Site } from '../routing/site.ts'

export interface UrgentCallsParts {
  readonly admission: Pick<AdmissionRules, 'neighbourhood' | 'isEmergencyOf'>
  readonly site: Site
  calledUri(trunk: string, invite: IncomingInvite): string
  isCallback(question: Pick<CallQuestion, 'source' | 'requestUri'>): boolean
}

/** Whether a full or stopping box takes a call all the same: somebody calls for help, or rescuers call back. */
export function urgentCalls({ admission, site, calledUri, isCallback }: UrgentCallsParts) {
  return (invite: IncomingInvite): boolean => {
    const { uri: from } = readNameAddr(invite.header('from') ?? '')
    const speaker = recogniseSpeaker(
      { source: invite.source, uri: invite.uri, from },
      admission.neighbourhood,
    )
    switch (speaker.kind) {
      case 'phone':
        return admission.isEmergencyOf(speaker.claimed, invite)
      case 'public':
        return admission.isEmergencyOf(undefined, invite)
      case 'trunk':
        return isCallback({ source: 'trunk', requestUri: calledUri(speaker.name, invite) })
      case 'pbx':
        return isEmergency(invite, 'pbx', speaker.name, from, site)
      case 'peer':
        return isEmergency(invite, 'overlay', speaker.peerName, from, site)
    }
  }
}

export function isEmergency(
  { uri, callId }: Pick<IncomingInvite, 'uri' | 'callId'>,
  source: CallPath,
  sourceLabel: string,
  from: string,
  site: Site,
  caller?: CallQuestion['caller'],
): boolean {
  const facts = { callId, source, sourceLabel, from, requestUri: uri, at: 0 }
  return classifyDestination({ ...facts, caller, callerIsAuthenticated: false }, site).kind === 'emergency'
}
