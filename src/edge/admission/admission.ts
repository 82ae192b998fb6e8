import type { Aor } from '../../domain/aor.ts'
import type { CallPath } from '../../domain/call-record.ts'
import type { IncomingRequest, SipHeaders } from '../../domain/sip.ts'
import { readNameAddr } from '../name-addr.ts'
import type { CallerAuthentication, CallGuard } from '../neighbours.ts'
import { type Neighbourhood, recogniseSpeaker, type Speaker } from './speaker.ts'

export type Admission =
  | {
      readonly kind: 'admitted'
      readonly source: CallPath
      readonly label: string
      readonly caller: Aor | undefined
      readonly callerIsAuthenticated: boolean
      readonly from: string
      readonly displayName: string | undefined
    }
  | { readonly kind: 'refused'; readonly status: number; readonly headers: SipHeaders; readonly why: string }
  /** A banned source gets no answer at all. */
  | { readonly kind: 'ignored'; readonly why: string }

export interface AdmissionRules {
  readonly neighbourhood: Neighbourhood
  readonly authentication: CallerAuthentication
  readonly guard: CallGuard
  /** Whether the PBX of this domain answers, so that it will authenticate its phones itself. */
  isPbxInCharge(domain: string): boolean
  /**
   * A call for help from where the user's phone is registered, or from one of the site's own networks, by a user of ours
   * or by anybody: it is asked for nothing, and nothing holds it back.
   */
  isEmergencyOf(claimed: Aor | undefined, request: IncomingRequest): boolean
}

/** Lets a caller in, or says what it lacks. Peers, PBXs and trunks are known by their address, phones by digest. */
export function admit(request: IncomingRequest, rules: AdmissionRules): Admission {
  const { uri: from, displayName } = readNameAddr(request.header('from') ?? '')
  const speaker = recogniseSpeaker({ source: request.source, uri: request.uri, from }, rules.neighbourhood)
  const emergency = admitEmergency(speaker, request, rules)
  if (emergency) return { ...emergency, from, displayName }
  const refusal = guardAgainst(speaker, request, rules.guard)
  if (refusal) return refusal
  if (speaker.kind === 'phone') return admitPhone(request, speaker, from, displayName, rules)
  const { source, label } = placeOf(speaker)
  return {
    kind: 'admitted',
    source,
    label,
    caller: undefined,
    callerIsAuthenticated: false,
    from,
    displayName,
  }
}

function admitEmergency(
  speaker: Speaker,
  request: IncomingRequest,
  rules: AdmissionRules,
): Omit<Extract<Admission, { kind: 'admitted' }>, 'from' | 'displayName'> | undefined {
  if (speaker.kind !== 'phone' && speaker.kind !== 'public') return undefined
  const caller = speaker.kind === 'phone' ? speaker.claimed : undefined
  if (request.method !== 'INVITE' || !rules.isEmergencyOf(caller, request)) return undefined
  const label = caller ? nameOf(caller) : request.source.address
  return { kind: 'admitted', source: 'phone', label, caller, callerIsAuthenticated: false }
}

function guardAgainst(speaker: Speaker, request: IncomingRequest, guard: CallGuard): Admission | undefined {
  if (speaker.kind !== 'phone' && speaker.kind !== 'public') return undefined
  const verdict = guard.admit(request.source)
  if (verdict === 'banned') return { kind: 'ignored', why: 'its address is banned' }
  if (verdict === 'ok') return undefined
  return { kind: 'refused', status: 503, headers: { 'Retry-After': '2' }, why: 'too many requests at once' }
}

function admitPhone(
  request: IncomingRequest,
  { claimed, pbxDomain }: Extract<Speaker, { kind: 'phone' }>,
  from: string,
  displayName: string | undefined,
  rules: AdmissionRules,
): Admission {
  const phone = { kind: 'admitted', source: 'phone', from, displayName } as const
  if (pbxDomain !== undefined && rules.isPbxInCharge(pbxDomain)) {
    return { ...phone, label: nameOf(claimed), caller: claimed, callerIsAuthenticated: false }
  }
  const proof = proveCaller(request, claimed, rules)
  if (proof.kind === 'refused') return proof
  return { ...phone, label: nameOf(proof.caller), caller: proof.caller, callerIsAuthenticated: true }
}

/** The digest of a phone: who it is, or the refusal to send. */
export function proveCaller(
  request: IncomingRequest,
  claimed: Aor,
  { authentication, guard }: Pick<AdmissionRules, 'authentication' | 'guard'>,
): { readonly kind: 'proven'; readonly caller: Aor } | Extract<Admission, { kind: 'refused' }> {
  const verdict = authentication.check(request, claimed)
  if (verdict.kind === 'challenge') {
    if (verdict.why === 'wrong') guard.noteAuthFailure(request.source)
    return { ...verdict, kind: 'refused', why: `digest ${verdict.why}` }
  }
  guard.noteAuthSuccess(request.source)
  if (!verdict.owns(claimed)) {
    return {
      kind: 'refused',
      status: 403,
      headers: {},
      why: `${nameOf(verdict.caller)} may not call as ${nameOf(claimed)}`,
    }
  }
  return { kind: 'proven', caller: verdict.caller }
}

function placeOf(speaker: Exclude<Speaker, { kind: 'phone' }>): { source: CallPath; label: string } {
  if (speaker.kind === 'peer') return { source: 'overlay', label: speaker.peerName }
  if (speaker.kind === 'public') return { source: 'domain', label: speaker.address }
  return { source: speaker.kind, label: speaker.name }
}

function nameOf({ user, domain }: Aor): string {
  return `${user}@${domain}`
}
