import type { CallPath } from '../domain/call-record.ts'
import type { LegPolicy } from '../domain/leg-policy.ts'
import { isWebRtc } from '../domain/web-rtc.ts'
import { isPrivate } from '../lib/private-address.ts'
import { dialectOf } from './media-dialect.ts'

export interface MediaFacts {
  readonly callId: string
  readonly source: CallPath
  readonly target: CallPath
  /** Empty when the caller made no offer. */
  readonly callerSdp: string
  /** Where the caller's signalling comes from; empty when it is not known. */
  readonly callerAddress: string
  readonly calleeIsBehindNat: boolean
  /** It takes nothing but RTP over DTLS with ICE. */
  readonly calleeIsBrowser: boolean
  /** Of a callee who has been talking already: what it speaks. */
  readonly calleeSdp?: string | undefined
  readonly callerPolicy?: LegPolicy | undefined
  readonly calleePolicy?: LegPolicy | undefined
  /** Writes into the call's decision record what became of the media, and why. */
  remark?(answer: string, why: string): void
}

export type RelayMode = 'always' | 'when-needed' | 'never'

const outside: ReadonlySet<CallPath> = new Set(['overlay', 'domain', 'trunk'])

/** Whether a call's media must go through the relay: it leaves the site, one end is behind NAT, or one is a browser. */
export function needsRelay(mode: RelayMode, facts: MediaFacts): boolean {
  if (mode !== 'when-needed') return mode === 'always'
  if (outside.has(facts.source) || outside.has(facts.target)) return true
  if (facts.calleeIsBrowser !== isWebRtc(facts.callerSdp)) return true
  return facts.calleeIsBehindNat || isBehindNat(facts.callerSdp, facts.callerAddress)
}

/** Whether one end wants it encrypted, or in the clear, and the other end does not speak so: only the relay can change that. */
export function needsConversion({ callerSdp, calleeSdp, callerPolicy, calleePolicy }: MediaFacts): boolean {
  if (calleeSdp !== undefined && dialectOf(callerSdp) !== dialectOf(calleeSdp)) return true
  // Phones are called in the clear, whatever the trunk sends.
  if (callerPolicy?.srtp === 'required') return true
  if (calleePolicy?.srtp === 'required') return dialectOf(callerSdp) !== 'srtp'
  return calleePolicy?.srtp === 'never' && dialectOf(callerSdp) !== 'rtp'
}

/** The SDP names a private address that its sender does not speak from. */
export function isBehindNat(sdp: string, address: string): boolean {
  const named = /^c=IN IP[46] ([^\s/]+)/m.exec(sdp)?.[1]?.toLowerCase()
  if (named === undefined || address === '' || named === address.toLowerCase()) return false
  return isPrivate(named) && !isLoopback(address)
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1'
}
