import { hash } from 'node:crypto'
import type { DigestAlgorithm, DigestCredentials } from './digest-credentials.ts'

/** `H(username:realm:password)` (RFC 7616 §3.4.2), lower-case hex. */
export function digestHa1(
  algorithm: DigestAlgorithm,
  username: string,
  realm: string,
  password: string,
): string {
  return digest(algorithm, `${username}:${realm}:${password}`)
}

/** The response that goes with these credentials if `ha1` is right (RFC 7616 §3.4.1), lower-case hex. */
export function digestResponse(
  algorithm: DigestAlgorithm,
  ha1: string,
  method: string,
  credentials: Pick<DigestCredentials, 'nonce' | 'uri' | 'qop' | 'nc' | 'cnonce'>,
): string {
  const { nonce, uri, qop, nc, cnonce } = credentials
  const ha2 = digest(algorithm, `${method}:${uri}`)
  // RFC 2069: clients without qop.
  if (qop === undefined) return digest(algorithm, `${ha1}:${nonce}:${ha2}`)
  return digest(algorithm, `${ha1}:${nonce}:${nc}:${cnonce}:${qop}:${ha2}`)
}

/** As long as the algorithm's real output, so that a check against it costs the same. */
export function digestLength(algorithm: DigestAlgorithm): number {
  return algorithm === 'MD5' ? 32 : 64
}

function digest(algorithm: DigestAlgorithm, text: string): string {
  return hash(algorithm === 'MD5' ? 'md5' : 'sha256', text)
}
