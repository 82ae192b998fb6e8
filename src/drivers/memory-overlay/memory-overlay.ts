import { createHash } from 'node:crypto'
import { type CredentialRole, issueCredential, placeBytes, serialBytes } from '../../identity/credential.ts'
import { RevocationList } from '../../identity/revocation-list.ts'
import { Revocations } from '../../identity/revocations.ts'
import { TrustedCredentials } from '../../identity/trusted-credentials.ts'
import { type Clock, systemClock } from '../../lib/clock.ts'
import { SigningKey } from '../../lib/ed25519.ts'
import { type Log, silentLog } from '../../lib/log.ts'
import { PeerOverlay } from '../../overlay/peer-overlay.ts'
import { peerIdOf } from '../../overlay/protocol/peer-id.ts'
import { MemoryNetwork, type MemoryPort } from './memory-network.ts'

export interface MemoryBox {
  readonly overlay: PeerOverlay
  readonly port: MemoryPort
  readonly key: SigningKey
  readonly credential: Uint8Array
  readonly revocations: Revocations
}

export interface MemoryBoxOptions {
  readonly copies?: number
  readonly mayServe?: readonly string[]
  readonly roles?: readonly CredentialRole[]
  /** 16 bytes; without it one that follows from the key. */
  readonly place?: Uint8Array
  /** Signs the credential instead of the overlay's own trust root. */
  readonly trustRoot?: SigningKey
  /** The same box again, after a restart. */
  readonly key?: SigningKey
  /** What the box wants to be; peer when absent. */
  readonly role?: 'auto' | 'peer' | 'client'
  readonly clock?: Clock
  readonly log?: Log
}

const year = 365 * 86_400_000

/** An overlay whose boxes all live in this process: real signatures and real loopback links, no network. */
export class MemoryOverlays {
  readonly domain: string
  readonly network = new MemoryNetwork()
  readonly trustRoot = SigningKey.generate()
  readonly #addresses = new Set<string>()

  constructor(domain: string) {
    this.domain = domain
  }

  /** A box of the overlay, enrolled and not yet started. It meets those made before it. */
  box(options: MemoryBoxOptions = {}): MemoryBox {
    const { clock = systemClock, log = silentLog, key = SigningKey.generate() } = options
    const notBefore = clock.now()
    const credential = issueCredential(
      {
        overlay: this.domain,
        publicKey: key.publicKey,
        place: options.place ?? mark(key, placeBytes),
        serial: mark(key, serialBytes),
        roles: options.roles ?? ['peer'],
        mayServe: options.mayServe ?? ['*'],
        ...{ notBefore, notAfter: notBefore + year },
      },
      options.trustRoot ?? this.trustRoot,
    )
    const root = (options.trustRoot ?? this.trustRoot).publicKey
    const revocations = new Revocations(new RevocationList(this.domain, root), undefined, clock, log)
    const credentials = new TrustedCredentials(root, this.domain, revocations)
    const port = this.network.port(peerIdOf(key.publicKey))
    const overlay = new PeerOverlay({
      domain: this.domain,
      ...{ key, credential, clock, log },
      ...{ credentials, revocations },
      desk: undefined,
      network: port,
      copies: options.copies ?? 3,
      role: options.role ?? 'peer',
      memory: { recall: () => [], remember: () => undefined },
      seeds: [...this.#addresses].map((address) => ({ address, foundBy: 'config' })),
    })
    for (const address of port.addresses()) this.#addresses.add(address)
    return { overlay, port, key, credential, revocations }
  }
}

/** Bytes that are the same in every run with the same key. */
function mark(key: SigningKey, length: number): Uint8Array {
  return createHash('sha256').update(key.publicKey).digest().subarray(0, length)
}
