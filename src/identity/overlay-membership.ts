import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { base64url } from '../lib/base64url.ts'
import type { Clock } from '../lib/clock.ts'
import { SigningKey } from '../lib/ed25519.ts'
import { type ChainedCredential, readCertificate } from './credential.ts'
import { appointIssuer, CredentialIssuer, drawPlace } from './credential-issuer.ts'
import { EnrolmentShelf } from './enrolment-shelf.ts'
import { MembershipFiles, notedBytes, notedTexts } from './membership-files.ts'
import { MembershipProblem } from './membership-problem.ts'
import { TrustedCredentials } from './trusted-credentials.ts'

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

const domainPattern = /^(?=.{1,180}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/

/** The last one makes the box a member: a restore that was cut off can be repeated. */
const identityFiles = ['identity.pem', 'issuer.json', 'membership.json']

function isPacked(name: string): boolean {
  return identityFiles.includes(name) || /^revocations\/[0-9a-f]{32}\.cbor$/.test(name)
}

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
  readonly #files: MembershipFiles

  /** Throws `MembershipProblem` for a domain that is none. */
  constructor(dataDir: string, domain: string) {
    if (!domainPattern.test(domain))
      throw new MembershipProblem(
        `"${domain}" cannot name an overlay: give a DNS domain such as phones.example.org`,
      )
    this.domain = domain
    this.#files = new MembershipFiles(join(dataDir, 'overlay', domain))
    this.shelf = new EnrolmentShelf(this.path('tickets'))
  }

  /** Where other files about this overlay belong. */
  path(name: string): string {
    return this.#files.path(name)
  }

  get exists(): boolean {
    return this.#files.has('membership.json')
  }

  /** The running box notes where it listens, for tickets made by another process. */
  noteAddresses(addresses: readonly string[]): void {
    this.#files.writeJson('addresses.json', addresses)
  }

  /** Undefined when the box has never run, or the file is damaged: the next start writes it anew. */
  notedAddresses(): readonly string[] | undefined {
    if (!this.#files.has('addresses.json')) return undefined
    try {
      return this.#files.readJson('addresses.json', notedTexts)
    } catch (error) {
      if (error instanceof MembershipProblem) return undefined
      throw error
    }
  }

  /** Makes the overlay and its trust root, and this box its first issuer and member. Throws `MembershipProblem`. */
  create(clock: Clock): Membership {
    this.#mustBeNew()
    const trustRoot = SigningKey.generate()
    const key = this.identity()
    const now = clock.now()
    const certificate = appointIssuer(this.domain, key.publicKey, trustRoot, now)
    const rights = { publicKey: key.publicKey, place: drawPlace(), roles: ['peer'] as const, mayServe: ['*'] }
    const credential = new CredentialIssuer(this.domain, key, certificate).issue(rights, now)
    this.#files.write('trust-root.pem', trustRoot.toPem())
    this.#saveAppointment(certificate)
    return this.save(key, trustRoot.publicKey, credential, [])
  }

  /** This box's key in the overlay, made at the first call. */
  identity(): SigningKey {
    return this.#files.readKey('identity.pem') ?? this.#makeIdentity()
  }

  /** Undefined at a box that may not let others in. Throws `MembershipProblem`. */
  issuer(): CredentialIssuer | undefined {
    const key = this.#files.readKey('identity.pem')
    if (!key || !this.#files.has('issuer.json')) return undefined
    const certificate = this.#files.readJson('issuer.json', (noted) => notedBytes(noted.certificate))
    return new CredentialIssuer(this.domain, key, certificate)
  }

  /** The trust root made this box an issuer. From now on it also renews its own credential. Throws `MembershipProblem`. */
  acceptAppointment(certificate: Uint8Array, now: number): void {
    const { key, trustRoot, credential } = this.load()
    try {
      const { publicKey, overlay } = readCertificate(certificate, trustRoot)
      if (overlay !== this.domain || Buffer.compare(publicKey, key.publicKey) !== 0)
        throw new Error('it is for another box')
    } catch (cause) {
      throw new MembershipProblem(`the appointment is no good: ${(cause as Error).message}`, { cause })
    }
    const { place, roles, mayServe } = this.#read(credential, trustRoot)
    const issuer = new CredentialIssuer(this.domain, key, certificate)
    this.#saveAppointment(certificate)
    this.replaceCredential(issuer.issue({ publicKey: key.publicKey, place, roles, mayServe }, now))
  }

  save(
    key: SigningKey,
    trustRoot: Uint8Array,
    credential: Uint8Array,
    admittedAt: readonly string[],
  ): Membership {
    this.#mustBeNew()
    this.#write(trustRoot, credential, admittedAt)
    return { overlay: this.domain, key, trustRoot, credential, admittedAt }
  }

  /** A newer credential for the same box: renewed, or with other rights. Throws `MembershipProblem`. */
  replaceCredential(credential: Uint8Array): void {
    const { trustRoot, admittedAt } = this.load()
    this.#write(trustRoot, credential, admittedAt)
  }

  /** Throws `MembershipProblem` when this box is no member, or its files cannot be read or do not belong together. */
  load(): Membership {
    if (!this.exists)
      throw new MembershipProblem(
        `this box is not in the overlay ${this.domain}: run "causeway overlay create ${this.domain}" at the first box, or "causeway overlay join <ticket>"`,
      )
    const key = this.#files.readKey('identity.pem')
    if (!key) throw this.#files.unusable('identity.pem', 'it is missing')
    const { trustRoot, credential, admittedAt } = this.#files.readJson('membership.json', (noted) => ({
      trustRoot: notedBytes(noted.trustRoot),
      credential: notedBytes(noted.credential),
      admittedAt: notedTexts(noted.admittedAt),
    }))
    const { publicKey } = this.#read(credential, trustRoot)
    if (Buffer.compare(publicKey, key.publicKey) !== 0)
      throw this.#files.unusable('membership.json', 'it belongs to another box than identity.pem')
    return { overlay: this.domain, key, trustRoot, credential, admittedAt }
  }

  /**
   * The files that make this box this box, and what it knows of revoked ones. The key of the trust root is not among them,
   * nor are tickets.
   */
  pack(): Record<string, Uint8Array> {
    const revocations = this.#files.has('revocations') ? readdirSync(this.path('revocations')) : []
    const names = [...revocations.map((name) => `revocations/${name}`), ...identityFiles]
    const present = names.filter((name) => isPacked(name) && this.#files.has(name))
    return Object.fromEntries(present.map((name) => [name, readFileSync(this.path(name))]))
  }

  /** The reverse, at a box that is not in the overlay yet. Throws `MembershipProblem`. */
  unpack(files: Readonly<Record<string, Uint8Array>>): ChainedCredential {
    this.#mustBeNew()
    const revocations = Object.keys(files).filter((name) => name.startsWith('revocations/'))
    for (const name of [...revocations, ...identityFiles]) {
      const content = files[name]
      if (content && isPacked(name)) this.#files.write(name, content)
    }
    const { credential, trustRoot } = this.load()
    return this.#read(credential, trustRoot)
  }

  #mustBeNew(): void {
    if (this.exists)
      throw new MembershipProblem(
        `this box is already in the overlay ${this.domain} (${this.path('membership.json')})`,
      )
  }

  #makeIdentity(): SigningKey {
    const key = SigningKey.generate()
    this.#files.write('identity.pem', key.toPem())
    return key
  }

  #saveAppointment(certificate: Uint8Array): void {
    this.#files.writeJson('issuer.json', { certificate: base64url(certificate) })
  }

  #read(credential: Uint8Array, trustRoot: Uint8Array): ChainedCredential {
    try {
      return new TrustedCredentials(trustRoot, this.domain).read(credential)
    } catch (cause) {
      throw this.#files.unusable('membership.json', `its credential: ${(cause as Error).message}`, cause)
    }
  }

  #write(trustRoot: Uint8Array, credential: Uint8Array, admittedAt: readonly string[]): void {
    this.#files.writeJson('membership.json', {
      overlay: this.domain,
      trustRoot: base64url(trustRoot),
      credential: base64url(credential),
      admittedAt,
    })
  }
}
