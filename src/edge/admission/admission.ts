import type { Aor } from '../../domain/aor.ts'
import type { CallPath } from '../../domain/call-record.ts'
import type { IncomingRequest, SipHeaders } from '../../domain/sip.ts'
import { readNameAddr } from '../name-addr.ts'
import type { CallerAuthentication, CallerGrace, CallGuard } from '../neighbours.ts'
import { warning } from '../warning.ts'
import { callerDevice } from './caller-device.ts'
import { type Neighbourhood, recogniseSpeaker, type Speaker } from './speaker.ts'

export type Admission =
  | {
      readonly kind: 'admitted'
      readonly source: CallPath
      readonly label: string
      readonly caller: Aor | undefined
      readonly callerIsAuthenticated: boolean
      /** Let in without a password, in a PBX's absence: for calls among our phones. */
      readonly grace?: true
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
  readonly grace?: CallerGrace
  /** Whether the PBX of this domain answers, so that it will authenticate this phone itself. */
  isPbxInCharge(domain: string, claimed: Aor): boolean
  /**
   * A call for help from where the user's phone is registered, or from one of the site's own networks, by a user of ours
   * or by anybody: it is asked for nothing, and nothing holds it back.
   */
  isEmergencyOf(claimed: Aor | undefined, request: IncomingRequest): boolean
}

export type CallerProof =
  | { readonly kind: 'proven'; readonly caller: Aor }
  | { readonly kind: 'on-grace'; readonly caller: Aor }
  | Extract<Admission, { kind: 'refused' }>

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
  if (pbxDomain !== undefined && rules.isPbxInCharge(pbxDomain, claimed)) {
    return { ...phone, label: nameOf(claimed), caller: claimed, callerIsAuthenticated: false }
  }
  const proof = proveCaller(request, claimed, rules)
  if (proof.kind === 'refused') return proof
  if (proof.kind === 'on-grace')
    return {
      ...phone,
      label: nameOf(proof.caller),
      caller: proof.caller,
      callerIsAuthenticated: false,
      grace: true,
    }
  return { ...phone, label: nameOf(proof.caller), caller: proof.caller, callerIsAuthenticated: true }
}

/** The digest of a phone: who it is, or the refusal to send; or whom its PBX's absence excuses from it. */
export function proveCaller(
  request: IncomingRequest,
  claimed: Aor,
  { authentication, guard, grace }: Pick<AdmissionRules, 'authentication' | 'guard' | 'grace'>,
): CallerProof {
  const verdict = authentication.check(request, claimed)
  if (verdict.kind === 'blocked') {
    const why = `too many wrong passwords for ${verdict.username} came from ${request.source.address}`
    return { kind: 'refused', status: 403, headers: {}, why }
  }
  if (verdict.kind === 'challenge') {
    // It has answered a nonce that was sent to its address: it is there.
    const excused = verdict.why === 'wrong' ? excuse(request, claimed, grace) : undefined
    if (excused) return excused
    if (verdict.why === 'wrong') guard.noteAuthFailure(request.source, verdict.username)
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

function excuse(
  request: IncomingRequest,
  claimed: Aor,
  grace: CallerGrace | undefined,
): CallerProof | undefined {
  const answer = grace?.answerTo(claimed, callerDevice(request))
  switch (answer?.kind) {
    case 'covered':
      return { kind: 'on-grace', caller: answer.user }
    case 'early': {
      const why = `the PBX of ${nameOf(claimed)} does not answer, and is not known to be gone yet`
      return { kind: 'refused', status: 503, headers: { 'Retry-After': '2', ...warning(why) }, why }
    }
    case 'at-pbx': {
      const why = `the PBX of ${nameOf(claimed)} is in charge, and its phone is registered there`
      return { kind: 'refused', status: 403, headers: warning(why), why }
    }
    case 'over': {
      const why = `the PBX of ${nameOf(claimed)} is gone, and the time without a password is over`
      return { kind: 'refused', status: 403, headers: warning(why), why }
    }
    default:
      return undefined
  }
}

function placeOf(speaker: Exclude<Speaker, { kind: 'phone' }>): { source: CallPath; label: string } {
  if (speaker.kind === 'peer') return { source: 'overlay', label: speaker.peerName }
  if (speaker.kind === 'public') return { source: 'domain', label: speaker.address }
  return { source: speaker.kind, label: speaker.name }
}

function nameOf({ user, domain }: Aor): string {
  return `${user}@${domain}`
}
