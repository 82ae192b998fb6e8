import { randomBytes, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import { printAor } from '../domain/aor.ts'
import type { DigestDemand } from '../domain/digest-demand.ts'
import type { IncomingRequest, SipSource } from '../domain/sip.ts'
import { parseDialledUri } from '../domain/sip-uri.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import type { Part } from '../lib/part.ts'
import type { Account } from './account.ts'
import {
  type ChallengeKind,
  credentialsHeader,
  type DigestChallenge,
  digestChallenge,
} from './digest-challenge.ts'
import { type DigestAlgorithm, type DigestCredentials, readDigestCredentials } from './digest-credentials.ts'
import { type IssuedNonce, NonceMint } from './digest-nonce.ts'
import { ReplayTable } from './digest-replay.ts'
import { digestLength, digestResponse } from './digest-response.ts'

export interface DigestAccounts {
  byUsername(username: string): readonly Account[]
  ha1(account: Account, algorithm: DigestAlgorithm, username: string, realm: string): string | undefined
}

export interface SecretStore {
  getOrMake(key: string, make: () => Uint8Array): Promise<Uint8Array>
}

export interface DigestSettings {
  readonly accounts: DigestAccounts
  readonly secrets: SecretStore
  /** Offered in this order. */
  readonly algorithms: readonly DigestAlgorithm[]
  readonly nonceLifetimeSeconds?: number
  /** Whether passwords of this name may not be tried from there, right or wrong. */
  readonly isBlocked?: (source: SipSource, username: string) => boolean
  readonly clock?: Clock
}

export type CheckedRequest = Pick<IncomingRequest, 'method' | 'uri' | 'source' | 'header' | 'headers'>

export type DigestVerdict =
  | { readonly kind: 'authenticated'; readonly account: Account }
  | DigestChallenge
  /** Too many wrong passwords of this name have come from there: it is not even looked at. */
  | { readonly kind: 'blocked'; readonly username: string }

/** Digest access authentication, server side (RFC 7616, RFC 8760, RFC 3261 §22). */
export class DigestAuthenticator implements Part {
  readonly name = 'digest'
  readonly #settings: DigestSettings
  readonly #clock: Clock
  readonly #nonceLifetimeMs: number
  readonly #replays = new ReplayTable()
  #mint: NonceMint | undefined

  constructor(settings: DigestSettings) {
    this.#settings = settings
    this.#clock = settings.clock ?? systemClock
    this.#nonceLifetimeMs = (settings.nonceLifetimeSeconds ?? 300) * 1_000
  }

  async start(): Promise<void> {
    this.#mint = new NonceMint(await this.#settings.secrets.getOrMake('nonce-secret', () => randomBytes(32)))
  }

  async stop(): Promise<void> {
    this.#mint = undefined
  }

  /**
   * Who sent this request, or what to answer it with. Costs a stranger's request the same as a user's. `wrong` means
   * that the far end answered a nonce issued to its address: it can hear us, and is not somebody's spoofed name.
   */
  check(request: CheckedRequest, kind: ChallengeKind, demand: DigestDemand): DigestVerdict {
    const now = this.#clock.now()
    const { algorithms = this.#settings.algorithms } = demand
    const challenge = (why: DigestChallenge['why']): DigestChallenge => {
      const nonce = this.#issuer.issue(request.source.address, now)
      return digestChallenge(kind, demand.realm, nonce, algorithms, why)
    }
    const credentials = this.#credentials(request, kind, demand)
    // A phone may know the other way of asking only, from another server with the same realm: what it has is out of date.
    if (!credentials)
      return challenge(this.#credentials(request, otherKind[kind], demand) ? 'stale' : 'missing')
    const issued = this.#issuer.read(credentials.nonce, request.source.address)
    // Said before looking at the response, so that it does not tell whether the password was right.
    if (!issued || now - issued.issuedAt > this.#nonceLifetimeMs) return challenge('stale')
    const { username } = credentials
    if (this.#settings.isBlocked?.(request.source, username)) return { kind: 'blocked', username }
    const account = this.#owner(credentials, request)
    if (!account || !meansSameUri(credentials.uri, request.uri)) return { ...challenge('wrong'), username }
    if (!this.#isFirstUse(credentials, issued, now)) return challenge('stale')
    return { kind: 'authenticated', account }
  }

  /** The credentials for our realm that we can check; a request may carry others for servers further on. */
  #credentials(
    request: CheckedRequest,
    kind: ChallengeKind,
    { realm, otherRealms = [], algorithms = this.#settings.algorithms }: DigestDemand,
  ): CheckableCredentials | undefined {
    for (const header of request.headers(credentialsHeader[kind])) {
      const credentials = readDigestCredentials(header)
      if (!credentials) continue
      if (credentials.realm !== realm && !otherRealms.includes(credentials.realm)) continue
      const algorithm = algorithms.find((name) => name === credentials.algorithm.toUpperCase())
      if (algorithm && isUsableQop(credentials)) return { ...credentials, algorithm }
    }
    return undefined
  }

  /** The account whose password made the response. All candidates are tried, and a dummy when there is none. */
  #owner(credentials: CheckableCredentials, request: CheckedRequest): Account | undefined {
    const { accounts } = this.#settings
    const { username, algorithm, realm } = credentials
    const owners: Account[] = []
    const candidates = accounts.byUsername(username)
    for (const account of candidates.length > 0 ? candidates : [undefined]) {
      const ha1 = account && accounts.ha1(account, algorithm, username, realm)
      const expected = digestResponse(algorithm, ha1 ?? dummyHa1[algorithm], request.method, credentials)
      if (isSameText(expected, credentials.response) && account && ha1) owners.push(account)
    }
    return owners.length > 1 ? claimedOf(owners, request) : owners[0]
  }

  #isFirstUse({ nonce, nc }: DigestCredentials, { issuedAt }: IssuedNonce, now: number): boolean {
    this.#replays.forgetBefore(now - this.#nonceLifetimeMs)
    // RFC 2069 clients do not count: their nonce is good for one request.
    return this.#replays.use(nonce, issuedAt, nc === undefined ? 1 : Number.parseInt(nc, 16))
  }

  get #issuer(): NonceMint {
    if (!this.#mint) throw new Error('digest is used before it was started')
    return this.#mint
  }
}

type CheckableCredentials = DigestCredentials & { readonly algorithm: DigestAlgorithm }

const otherKind: Readonly<Record<ChallengeKind, ChallengeKind>> = { www: 'proxy', proxy: 'www' }

const dummyHa1: Readonly<Record<DigestAlgorithm, string>> = {
  MD5: randomBytes(digestLength('MD5') / 2).toString('hex'),
  'SHA-256': randomBytes(digestLength('SHA-256') / 2).toString('hex'),
}

function isUsableQop({ qop, nc, cnonce }: DigestCredentials): boolean {
  if (qop === undefined) return true
  return qop === 'auth' && cnonce !== undefined && nc !== undefined && /^[0-9a-f]{8}$/i.test(nc)
}

/** The same person may have one password at the box and at the PBX: then the request says which of the two it is. */
function claimedOf(owners: readonly Account[], request: CheckedRequest): Account | undefined {
  const header = request.header(request.method === 'REGISTER' ? 'To' : 'From')
  const uri = header === undefined ? undefined : parseDialledUri(header)
  if (!uri || uri.scheme === 'tel') return owners[0]
  const claimed = printAor({ user: uri.user, domain: uri.host })
  return owners.find((account) => account.aorText === claimed) ?? owners[0]
}

/**
 * Same user and host; ports and parameters are changed by proxies on the way. Some phones write the address that they
 * send to instead: RFC 3261 §22.4 lets the two differ.
 */
function meansSameUri(a: string, b: string): boolean {
  if (a === b) return true
  const one = parseDialledUri(a)
  const other = parseDialledUri(b)
  if (!one || !other) return false
  if (one.scheme === 'tel' || other.scheme === 'tel')
    return one.scheme === other.scheme && 'number' in one && 'number' in other && one.number === other.number
  if (one.user === '' && isIP(one.host.replace(/^\[|\]$/g, '')) !== 0) return true
  return one.user === other.user && one.host === other.host
}

function isSameText(a: string, b: string): boolean {
  const one = Buffer.from(a, 'latin1')
  const other = Buffer.from(b, 'latin1')
  return one.length === other.length && timingSafeEqual(one, other)
}
