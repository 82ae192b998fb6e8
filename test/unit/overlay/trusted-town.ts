import { MemoryNetwork } from '../../../src/drivers/memory-overlay/memory-network.ts'
import {
  appointIssuer,
  CredentialIssuer,
  drawPlace,
  revokeByRoot,
} from '../../../src/identity/credential-issuer.ts'
import { TicketDesk } from '../../../src/identity/enrolment-desk.ts'
import { EnrolmentShelf } from '../../../src/identity/enrolment-shelf.ts'
import { RevocationList } from '../../../src/identity/revocation-list.ts'
import { Revocations } from '../../../src/identity/revocations.ts'
import { TrustedCredentials } from '../../../src/identity/trusted-credentials.ts'
import { SigningKey } from '../../../src/lib/ed25519.ts'
import type { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { PeerOverlay } from '../../../src/overlay/peer-overlay.ts'
import { peerIdOf } from '../../../src/overlay/protocol/peer-id.ts'
import { decodeReply, encodeMessage } from '../../../src/overlay/protocol/peer-message.ts'
import { CollectedLog } from '../../support/collected-log.ts'

export interface TownBox {
  readonly overlay: PeerOverlay
  readonly key: SigningKey
  readonly revocations: Revocations
  readonly log: CollectedLog
  /** What was kept of renewed credentials. */
  readonly kept: Uint8Array[]
  /** How many entries of a resource another box has, asked past the overlay's own rules. */
  entriesAt(other: TownBox, resource: string): Promise<number>
  /** The network cable. */
  unplug(): void
}

export const day = 86_400_000

/** An overlay in memory whose boxes have credentials of an issuer, the first box, with the usual terms. */
export class TrustedTown {
  readonly domain = 'town.example'
  readonly root = SigningKey.generate()
  readonly #clock: FakeClock
  readonly #network = new MemoryNetwork()
  readonly #issuerKey = SigningKey.generate()
  readonly #issuer: CredentialIssuer
  readonly #boxes: TownBox[] = []

  constructor(clock: FakeClock) {
    this.#clock = clock
    const { domain } = this
    const certificate = appointIssuer(domain, this.#issuerKey.publicKey, this.root, clock.now() - 90 * day)
    this.#issuer = new CredentialIssuer(domain, this.#issuerKey, certificate)
  }

  /** The first is the issuer. Its credential was issued so many milliseconds ago. */
  async box(age = 0): Promise<TownBox> {
    const { domain } = this
    const clock = this.#clock
    const isIssuer = this.#boxes.length === 0
    const key = isIssuer ? this.#issuerKey : SigningKey.generate()
    const revocations = this.#revocations()
    const credentials = new TrustedCredentials(this.root.publicKey, domain, revocations)
    const rights = { publicKey: key.publicKey, place: drawPlace(), roles: ['peer'] as const, mayServe: ['*'] }
    const shelf = new EnrolmentShelf('/nowhere')
    const kept: Uint8Array[] = []
    const port = this.#network.port(peerIdOf(key.publicKey))
    const log = new CollectedLog()
    const overlay = new PeerOverlay({
      ...{ domain, key, credentials, revocations, clock, log, copies: 3 },
      credential: this.#issuer.issue(rights, clock.now() - age),
      desk: isIssuer
        ? new TicketDesk({ issuer: this.#issuer, credentials, shelf, clock, log: silentLog })
        : undefined,
      network: port,
      memory: { recall: () => [], remember: () => undefined },
      seeds: this.#boxes.map(({ key: { publicKey } }) => ({
        address: `memory:${peerIdOf(publicKey)}`,
        foundBy: 'config' as const,
      })),
      keepCredential: (credential) => kept.push(credential),
      random: () => 0.5,
    })
    const entriesAt = async (other: TownBox, resource: string) => {
      const question = encodeMessage({ type: 'fetch', kind: 'sip-aor', resource, watch: false })
      const bound = AbortSignal.timeout(3_000)
      const reply = decodeReply(await port.request(peerIdOf(other.key.publicKey), question, bound))
      return reply.type === 'records' ? reply.records.length : Number.NaN
    }
    const box = { overlay, key, revocations, log, kept, entriesAt, unplug: () => void port.close() }
    this.#boxes.push(box)
    await overlay.start()
    return box
  }

  /** As the issuer's operator says it. */
  revoke({ key }: TownBox): Uint8Array {
    return this.#issuer.revoke(key.publicKey, this.#clock.now())
  }

  /** As the trust root says it. */
  revokeByRoot({ key }: TownBox): Uint8Array {
    return revokeByRoot(this.domain, key.publicKey, this.root, this.#clock.now())
  }

  /** Lets time pass, a step at a time, and what follows from it happen. */
  async pass(milliseconds: number, step = 250): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += step) {
      this.#clock.advance(step)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#boxes.map(({ overlay }) => overlay.stop()))
  }

  #revocations(): Revocations {
    return new Revocations(
      new RevocationList(this.domain, this.root.publicKey),
      undefined,
      this.#clock,
      silentLog,
    )
  }
}
