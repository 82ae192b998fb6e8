import { createHash, randomBytes } from 'node:crypto'
import type { DigestAccount, SipResponseView } from '../../domain/sip.ts'
import { type DigestChallenge, parseChallenges } from './digest-challenge.ts'

/** Best first (RFC 8760 §2.4: the client picks the topmost it supports; ours is the stronger one). */
const hashes: readonly (readonly [algorithm: string, hash: string])[] = [
  ['SHA-256', 'sha256'],
  ['MD5', 'md5'],
]

export interface DigestQuestion {
  readonly method: string
  /** The Request-URI as sent. */
  readonly uri: string
  readonly account: DigestAccount
}

export interface DigestAnswer {
  readonly header: 'Authorization' | 'Proxy-Authorization'
  readonly value: string
  /** The server found nothing wrong but the age of the nonce (RFC 7616 §3.3). */
  readonly isStale: boolean
}

/** The credentials that answer a 401 or 407; undefined when no challenge in it can be answered. */
export function answerChallenge(
  response: SipResponseView,
  question: DigestQuestion,
  cnonce = randomBytes(8).toString('hex'),
): DigestAnswer | undefined {
  const isProxy = response.status === 407
  const lines = response.headers(isProxy ? 'proxy-authenticate' : 'www-authenticate')
  const challenges = lines.flatMap(parseChallenges)
  for (const [algorithm, hash] of hashes) {
    const challenge = challenges.find((each) => isAnswerable(each, algorithm))
    if (!challenge) continue
    const value = credentials(challenge, algorithm, hash, question, cnonce)
    const isStale = challenge.get('stale')?.toLowerCase() === 'true'
    return { header: isProxy ? 'Proxy-Authorization' : 'Authorization', value, isStale }
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

function credentials(
  challenge: DigestChallenge,
  algorithm: string,
  hash: string,
  { method, uri, account }: DigestQuestion,
  cnonce: string,
): string {
  const digest = (...parts: string[]) => createHash(hash).update(parts.join(':')).digest('hex')
  const realm = challenge.get('realm') ?? ''
  const nonce = challenge.get('nonce') ?? ''
  const hasQop = challenge.has('qop')
  const nonceCount = '00000001' // each challenge brings a nonce of its own
  const secret = digest(account.username, realm, account.password)
  const request = digest(method, uri)
  const response = hasQop
    ? digest(secret, nonce, nonceCount, cnonce, 'auth', request)
    : digest(secret, nonce, request)
  const opaque = challenge.get('opaque')
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
