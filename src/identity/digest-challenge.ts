import type { SipHeaders } from '../domain/sip.ts'
import type { DigestAlgorithm } from './digest-credentials.ts'

/** `www`: a registrar or end point asks (401); `proxy`: a server on the way asks (407). RFC 3261 §22.2, §22.3. */
export type ChallengeKind = 'www' | 'proxy'

export interface DigestChallenge {
  readonly kind: 'challenge'
  readonly status: 401 | 407
  readonly headers: SipHeaders
  /** `stale` and `missing` are part of a normal exchange, `wrong` is a failed attempt. */
  readonly why: 'missing' | 'stale' | 'wrong'
  /** Of a `wrong` one: whose name it gave. */
  readonly username?: string
}

export const credentialsHeader: Readonly<Record<ChallengeKind, string>> = {
  www: 'Authorization',
  proxy: 'Proxy-Authorization',
}

/** One header line for each algorithm, best first (RFC 8760 §2.4). */
export function digestChallenge(
  kind: ChallengeKind,
  realm: string,
  nonce: string,
  algorithms: readonly DigestAlgorithm[],
  why: DigestChallenge['why'],
): DigestChallenge {
  const quotedRealm = realm.replace(/["\\]/g, '\\$&')
  const stale = why === 'stale' ? ', stale=true' : ''
  const lines = algorithms.map(
    (algorithm) =>
      `Digest realm="${quotedRealm}", nonce="${nonce}", algorithm=${algorithm}, qop="auth"${stale}`,
  )
  return kind === 'www'
    ? { kind: 'challenge', status: 401, headers: { 'WWW-Authenticate': lines }, why }
    : { kind: 'challenge', status: 407, headers: { 'Proxy-Authenticate': lines }, why }
}
