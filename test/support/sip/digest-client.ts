import { createHash, randomBytes } from 'node:crypto'
import type { SipRequest, SipResponse } from '../../../src/engine/message/message.ts'

export interface Credentials {
  readonly username: string
  readonly password: string
}

/**
 * Answers the challenges of a 401 or 407 with the best algorithm offered (RFC 7616, RFC 8760). False when there is none
 * to answer. `only` makes it choose one algorithm.
 */
export function answerChallenge(
  request: SipRequest,
  response: SipResponse,
  { username, password }: Credentials,
  only?: 'MD5' | 'SHA-256',
): boolean {
  const isProxy = response.status === 407
  const challenges = response
    .getAll(isProxy ? 'proxy-authenticate' : 'www-authenticate')
    .map(parseChallenge)
    .filter(({ algorithm = 'MD5' }) => (only ? algorithm === only : /^(MD5|SHA-256)$/.test(algorithm)))
  const challenge = challenges.find(({ algorithm }) => algorithm === 'SHA-256') ?? challenges[0]
  if (!challenge) return false
  const { realm = '', nonce = '', opaque, qop, algorithm = 'MD5' } = challenge
  const hash = (text: string) =>
    createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text)
      .digest('hex')
  const ha1 = hash(`${username}:${realm}:${password}`)
  const ha2 = hash(`${request.method}:${request.uri}`)
  const parts = [
    `username="${username}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri="${request.uri}"`,
    `algorithm=${algorithm}`,
  ]
  if (qop?.split(',').some((one) => one.trim() === 'auth')) {
    const cnonce = randomBytes(8).toString('hex')
    const result = hash(`${ha1}:${nonce}:00000001:${cnonce}:auth:${ha2}`)
    parts.push(`response="${result}"`, 'qop=auth', 'nc=00000001', `cnonce="${cnonce}"`)
  } else {
    parts.push(`response="${hash(`${ha1}:${nonce}:${ha2}`)}"`)
  }
  if (opaque !== undefined) parts.push(`opaque="${opaque}"`)
  request.set(isProxy ? 'Proxy-Authorization' : 'Authorization', `Digest ${parts.join(', ')}`)
  return true
}

type Challenge = Partial<Record<string, string>>

function parseChallenge(text: string): Challenge {
  const pairs = text.replace(/^\s*Digest\s+/i, '').matchAll(/([a-z]+)\s*=\s*(?:"([^"]*)"|([^\s,"]+))/gi)
  return Object.fromEntries(
    [...pairs].map(([, name = '', quoted, bare]) => [name.toLowerCase(), quoted ?? bare ?? '']),
  )
}
