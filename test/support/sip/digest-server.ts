import { createHash, randomBytes } from 'node:crypto'
import type { Arrival } from './sip-endpoint.ts'

const maxNonces = 10_000

/** Digest as a far end demands it: MD5 with qop=auth, the way most PBXs and carriers do. */
export class DigestServer {
  readonly #realm: string
  readonly #passwordOf: (username: string) => string | undefined
  readonly #nonces = new Set<string>()

  constructor(realm: string, passwordOf: (username: string) => string | undefined) {
    this.#realm = realm
    this.#passwordOf = passwordOf
  }

  /** The user who sent it; undefined when it was challenged instead, by 401 or 407. */
  check(arrival: Arrival, status: 401 | 407): string | undefined {
    const { request } = arrival
    const given = request.get(status === 401 ? 'authorization' : 'proxy-authorization')
    const credentials = given === undefined ? undefined : parse(given)
    const user = credentials && this.#verify(credentials, request.method)
    if (user !== undefined) return user
    const nonce = randomBytes(12).toString('hex')
    this.#nonces.add(nonce)
    const [oldest] = this.#nonces
    if (this.#nonces.size > maxNonces && oldest) this.#nonces.delete(oldest)
    // RFC 7616 §3.3: with a nonce that is not its own nothing else can be wrong yet.
    const stale = credentials && !this.#nonces.has(credentials.nonce ?? '') ? ', stale=true' : ''
    const challenge = `Digest realm="${this.#realm}", nonce="${nonce}", algorithm=MD5, qop="auth"${stale}`
    arrival.reply(status, {
      headers: { [status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate']: challenge },
    })
    return undefined
  }

  #verify(given: Record<string, string>, method: string): string | undefined {
    const { username = '', nonce = '', uri = '', nc = '', cnonce = '', realm, response } = given
    const password = this.#passwordOf(username)
    if (password === undefined || !this.#nonces.has(nonce) || realm !== this.#realm) return undefined
    const ha1 = md5(`${username}:${this.#realm}:${password}`)
    const expected = md5(`${ha1}:${nonce}:${nc}:${cnonce}:auth:${md5(`${method}:${uri}`)}`)
    return response === expected ? username : undefined
  }
}

function parse(text: string): Record<string, string> {
  const pairs = text.replace(/^\s*Digest\s+/i, '').matchAll(/([a-z]+)\s*=\s*(?:"([^"]*)"|([^\s,"]+))/gi)
  return Object.fromEntries(
    [...pairs].map(([, name = '', quoted, bare]) => [name.toLowerCase(), quoted ?? bare ?? '']),
  )
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}
