import { createHash, randomBytes } from 'node:crypto'
import type { DigestAccount, SipResponseView } from '../../domain/sip.ts'
import { type DigestChallenge, parseChallenges } from './digest-challenge.ts'

/** Best first (RFC 8760 §2.4: the client picks the topmost it supports; ours is the stronger one). */
const hashes: readonly (readonly [algorithm: string, hash: string])[] = [
  ['SHA-256', 'sha256'],
  ['MD5', 'md5'],
]

/** A user's name and the hash that stands for his password in one realm and algorithm (RFC 7616 §3.4.2). */
export interface DigestSecret {
  readonly username: string
  readonly ha1: string
}

export interface DigestQuestion {
  readonly method: string
  /** The Request-URI as sent. */
  readonly uri: string
  readonly account: DigestAccount | DigestSecret
}

/** The challenge of a 401 or 407 that we answer. */
export interface ChosenChallenge {
  /** Where its credentials go. */
  readonly header: 'Authorization' | 'Proxy-Authorization'
  readonly realm: string
  /** The server found nothing wrong but the age of the nonce (RFC 7616 §3.3). */
  readonly isStale: boolean
  readonly algorithm: string
  readonly hash: string
  readonly parameters: DigestChallenge
}

/** Undefined when no challenge in the response can be answered, or none suits who shall answer it. */
export function chooseChallenge(
  response: SipResponseView,
  suits: (challenge: { readonly algorithm: string; readonly realm: string }) => boolean = () => true,
): ChosenChallenge | undefined {
  const isProxy = response.status === 407
  const header = isProxy ? 'Proxy-Authorization' : 'Authorization'
  const lines = response.headers(isProxy ? 'proxy-authenticate' : 'www-authenticate')
  const challenges = lines.flatMap(parseChallenges)
  for (const [algorithm, hash] of hashes) {
    const parameters = challenges.find(
      (each) => isAnswerable(each, algorithm) && suits({ algorithm, realm: each.get('realm') ?? '' }),
    )
    if (!parameters) continue
    const isStale = parameters.get('stale')?.toLowerCase() === 'true'
    const realm = parameters.get('realm') ?? ''
    return { header, realm, isStale, algorithm, hash, parameters }
  }
  return undefined
}

function isAnswerable(challenge: DigestChallenge, algorithm: string): boolean {
  if ((challenge.get('algorithm') ?? 'MD5').toUpperCase() !== algorithm) return false
  const qop = challenge.get('qop')
  return challenge.has('nonce') && (qop === undefined || offersAuth(qop))
}

function offersAuth(qop: string): boolean {
  return qop.split(',').some((each) => each.trim().toLowerCase() === 'auth')
}

/** The credentials for one request; `use` counts the requests that the nonce has served, this one included. */
export function digestCredentials(
  { parameters, realm, algorithm, hash }: ChosenChallenge,
  { method, uri, account }: DigestQuestion,
  use: number,
  cnonce = randomBytes(8).toString('hex'),
): string {
  const digest = (...parts: string[]) => createHash(hash).update(parts.join(':')).digest('hex')
  const nonce = parameters.get('nonce') ?? ''
  const hasQop = parameters.has('qop')
  const nonceCount = use.toString(16).padStart(8, '0')
  const secret = 'ha1' in account ? account.ha1 : digest(account.username, realm, account.password)
  const request = digest(method, uri)
  const response = hasQop
    ? digest(secret, nonce, nonceCount, cnonce, 'auth', request)
    : digest(secret, nonce, request)
  const opaque = parameters.get('opaque')
  const fields = [
    `username="${quotable(account.username)}"`,
    `realm="${quotable(realm)}"`,
    `nonce="${quotable(nonce)}"`,
    `uri="${uri}"`,
    `response="${response}"`,
    `algorithm=${algorithm}`,
  ]
  if (hasQop) fields.push('qop=auth', `nc=${nonceCount}`, `cnonce="${cnonce}"`)
  if (opaque !== undefined) fields.push(`opaque="${quotable(opaque)}"`)
  return `Digest ${fields.join(', ')}`
}

function quotable(text: string): string {
  return text.replace(/["\\]/g, '\\$&')
}
