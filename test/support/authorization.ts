import { createHash } from 'node:crypto'

export interface DigestAnswer {
  readonly method: string
  readonly uri: string
  readonly username: string
  readonly password: string
  /** Default 1. */
  readonly count?: number
  /** False answers as RFC 2069 clients do. Default true. */
  readonly withQop?: boolean
}

/** An Authorization value for a challenge, written apart from the code that it tests. */
export function authorizationFor(challenge: string, answer: DigestAnswer): string {
  const named = (name: string): string => new RegExp(`${name}="?([^",]*)`).exec(challenge)?.[1] ?? ''
  const [realm, nonce, algorithm] = [named('realm'), named('nonce'), named('algorithm') || 'MD5']
  const h = (text: string): string =>
    createHash(algorithm === 'SHA-256' ? 'sha256' : 'md5')
      .update(text)
      .digest('hex')
  const ha1 = h(`${answer.username}:${realm}:${answer.password}`)
  const ha2 = h(`${answer.method}:${answer.uri}`)
  const base = `Digest username="${answer.username}", realm="${realm}", nonce="${nonce}", uri="${answer.uri}", algorithm=${algorithm}`
  if (answer.withQop === false) return `${base}, response="${h(`${ha1}:${nonce}:${ha2}`)}"`
  const nc = (answer.count ?? 1).toString(16).padStart(8, '0')
  const response = h(`${ha1}:${nonce}:${nc}:0a4f113b:auth:${ha2}`)
  return `${base}, qop=auth, nc=${nc}, cnonce="0a4f113b", response="${response}"`
}
