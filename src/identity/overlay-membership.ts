import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../lib/clock.ts'
import { writeDurably } from '../lib/durable-file.ts'
import { SigningKey } from '../lib/ed25519.ts'
import { issueCredential } from './credential.ts'
import { credentialLifetime } from './enrolment-desk.ts'
import { EnrolmentShelf } from './enrolment-shelf.ts'

/** What makes a box a member of an overlay. */
export interface Membership {
  readonly overlay: string
  readonly key: SigningKey
  /** Raw Ed25519 key. */
  readonly trustRoot: Uint8Array
  readonly credential: Uint8Array
  /** Where the box that let this one in was to be found; empty at the box that created the overlay. */
  readonly admittedAt: readonly string[]
}

/** The box is not, or already, or no longer readably, a member of an overlay; the message says what to do. */
export class MembershipProblem extends Error {
  override readonly name = 'MembershipProblem'
}

const domainPattern = /^(?=.{1,180}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/

/** Overlays that this box has created or joined, by their folders. */
export function joinedOverlays(dataDir: string): string[] {
  const folder = join(dataDir, 'overlay')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((domain) => existsSync(join(folder, domain, 'membership.json')))
    .toSorted()
}

/** `<dataDir>/overlay/<domain>/`: keys, credential and tickets of a box in one overlay. Keys are readable by their owner only. */
export class OverlayMembership {
  readonly domain: string
  readonly shelf: EnrolmentShelf
  readonly #folder: string

  /** Throws `MembershipProblem` for a domain that is none. */
  constructor(dataDir: string, domain: string) {
    if (!domainPattern.test(domain))
      throw new MembershipProblem(
        `"${domain}" cannot name an overlay: give a DNS domain such as phones.example.org`,
      )
    this.domain = domain
    this.#folder = join(dataDir, 'overlay', domain)
    this.shelf = new EnrolmentShelf(join(this.#folder, 'tickets'))
  }

  /** Where other files about this overlay belong. */
  path(name: string): string {
    return join(this.#folder, name)
  }

  get exists(): boolean {
    return existsSync(this.path('membership.json'))
  }

  /** The running box notes where it listens, for tickets made by another process. */
  noteAddresses(addresses: readonly string[]): void {
    writeDurably(this.path('addresses.json'), `${JSON.stringify(addresses, undefined, 2)}\n`)
  }

  /** Undefined when the box has never run. */
  notedAddresses(): readonly string[] | undefined {
    if (!existsSync(this.path('addresses.json'))) return undefined
    return this.#readJson('addresses.json', (noted) => texts(noted))
  }

  /** Makes the overlay, its trust root, and this box its first member. Throws `MembershipProblem`. */
  create(clock: Clock): Membership {
    this.#mustBeNew()
    const trustRoot = SigningKey.generate()
    const key = this.identity()
    const now = clock.now()
    const credential = issueCredential(
      {
        overlay: this.domain,
        publicKey: key.publicKey,
        roles: ['peer'],
        mayServe: ['*'],
        notBefore: now,
        notAfter: now + credentialLifetime,
      },
      trustRoot,
    )
    writeDurably(this.path('trust-root.pem'), trustRoot.toPem())
    return this.save(key, trustRoot.publicKey, credential, [])
  }

  /** This box's key in the overlay, made at the first call. */
  identity(): SigningKey {
    return this.#readKey('identity.pem') ?? this.#makeIdentity()
  }

  /** The trust root's key; undefined at a box that was invited. */
  trustRootKey(): SigningKey | undefined {
    return this.#readKey('trust-root.pem')
  }

  save(
    key: SigningKey,
    trustRoot: Uint8Array,
    credential: Uint8Array,
    admittedAt: readonly string[],
  ): Membership {
    this.#mustBeNew()
    const text = {
      overlay: this.domain,
      trustRoot: Buffer.from(trustRoot).toString('base64url'),
      credential: Buffer.from(credential).toString('base64url'),
      admittedAt,
    }
    writeDurably(this.path('membership.json'), `${JSON.stringify(text, undefined, 2)}\n`)
    return { overlay: this.domain, key, trustRoot, credential, admittedAt }
  }

  /** Throws `MembershipProblem` when this box is no member, or its files cannot be read. */
  load(): Membership {
    if (!this.exists)
      throw new MembershipProblem(
        `this box is not in the overlay ${this.domain}: run "causeway overlay create ${this.domain}" at the first box, or "causeway overlay join <ticket>"`,
      )
    const key = this.#readKey('identity.pem')
    const membership = this.#readMembership()
    if (!key) throw this.#unreadable('identity.pem', 'it is missing')
    return { ...membership, overlay: this.domain, key }
  }

  #mustBeNew(): void {
    if (this.exists)
      throw new MembershipProblem(
        `this box is already in the overlay ${this.domain} (${this.path('membership.json')})`,
      )
  }

  #makeIdentity(): SigningKey {
    const key = SigningKey.generate()
    writeDurably(this.path('identity.pem'), key.toPem())
    return key
  }

  #readKey(name: string): SigningKey | undefined {
    if (!existsSync(this.path(name))) return undefined
    try {
      return SigningKey.fromPem(readFileSync(this.path(name), 'utf8'))
    } catch (cause) {
      throw this.#unreadable(name, (cause as Error).message, cause)
    }
  }

  #readMembership(): Omit<Membership, 'overlay' | 'key'> {
    return this.#readJson('membership.json', (noted) => {
      const { trustRoot, credential, admittedAt } = noted as Record<string, unknown>
      return { trustRoot: bytes(trustRoot), credential: bytes(credential), admittedAt: texts(admittedAt) }
    })
  }

  #readJson<Content>(name: string, read: (noted: unknown) => Content): Content {
    try {
      return read(JSON.parse(readFileSync(this.path(name), 'utf8')))
    } catch (cause) {
      throw this.#unreadable(name, (cause as Error).message, cause)
    }
  }

  #unreadable(name: string, problem: string, cause?: unknown): MembershipProblem {
    return new MembershipProblem(
      `${this.path(name)} cannot be used (${problem}): restore the folder from a backup, or remove it and join again`,
      { cause },
    )
  }
}

function bytes(noted: unknown): Uint8Array {
  if (typeof noted !== 'string') throw new TypeError('bytes in base64url are missing')
  return Buffer.from(noted, 'base64url')
}

function texts(noted: unknown): string[] {
  if (!Array.isArray(noted) || !noted.every((item) => typeof item === 'string'))
    throw new TypeError('a list of addresses is missing')
  return noted
}
