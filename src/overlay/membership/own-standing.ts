import type { Clock } from '../../lib/clock.ts'
import { Remembered } from '../../lib/remembered.ts'
import type { Canary } from '../diagnosis/canary.ts'
import { doubtAbout } from '../diagnosis/canary-proof.ts'
import type { OverlayCounts } from '../diagnosis/overlay-counts.ts'
import type { OverlayHealth, OverlayStatus } from '../overlay.ts'
import type { PeerId } from '../protocol/peer-id.ts'
import { printPeerName } from '../protocol/peer-name.ts'
import type { PeerNetwork } from '../protocol/peer-network.ts'
import type { Records } from '../records/records.ts'
import type { ClockWatch } from '../trust/clock-watch.ts'
import type { CredentialReader } from '../trust/credential-reader.ts'
import type { Greeting } from '../trust/greeting.ts'
import type { OwnCredential } from '../trust/own-credential.ts'
import type { Renewal } from '../trust/renewal.ts'
import type { RevocationBook } from '../trust/revocation-exchange.ts'
import type { Dialler } from './dialler.ts'
import type { Membership } from './membership.ts'
import { mostPeers, type PeerTable } from './peer-table.ts'

export interface StandingParts {
  readonly domain: string
  readonly own: OwnCredential
  readonly credentials: CredentialReader
  readonly book: RevocationBook
  readonly table: PeerTable
  readonly network: Pick<PeerNetwork, 'addresses' | 'reachability'>
  readonly dialler: Pick<Dialler, 'hasSeeds'>
  readonly membership: Pick<Membership, 'role'>
  readonly greeting: Pick<Greeting, 'refusedBecause'>
  readonly renewal: Pick<Renewal, 'warning'>
  readonly records: Pick<Records, 'copies' | 'held'>
  readonly canary: Pick<Canary, 'proof'>
  readonly clocks: Pick<ClockWatch, 'trouble'>
  readonly counts: Pick<OverlayCounts, 'refusedClaims'>
  readonly clock: Clock
}

/** There may be tens of thousands. */
const copiesCountedEvery = 5_000

/** How this box stands in its overlay, in words and figures for the person in charge. */
export class OwnStanding {
  readonly #parts: StandingParts
  readonly #copies: Remembered<{ wanted: number; confirmed: number }>
  /** The box that this one was first connected to, after the start or an isolation. */
  #firstPeer: PeerId | undefined
  #disconnectedSince: number | undefined

  constructor(parts: StandingParts) {
    this.#parts = parts
    this.#copies = new Remembered(copiesCountedEvery, parts.clock, () => parts.records.copies())
  }

  start(): void {
    this.#disconnectedSince = this.#parts.clock.now()
  }

  peersChanged(): void {
    const [first] = this.#parts.table.members()
    if (first) {
      this.#firstPeer ??= first.peer
      this.#disconnectedSince = undefined
    } else {
      this.#firstPeer = undefined
      this.#disconnectedSince ??= this.#parts.clock.now()
    }
  }

  health(): OverlayHealth {
    const { table, membership, records, canary, clocks, dialler, clock } = this.#parts
    const now = clock.now()
    const { role, reason: roleReason } = membership.role
    const facts = {
      connectedPeers: table.members().length,
      knownPeers: table.enrolled().length,
      recordsHeld: records.held.count(now),
      provenAt: canary.proof.provenAt,
      ...{ role, roleReason },
    }
    if (facts.knownPeers === 0 && !dialler.hasSeeds)
      return { state: 'alone', ...facts, why: 'no other box has joined yet' }
    if (facts.connectedPeers === 0) return { state: 'isolated', ...facts, why: this.#whyIsolated() }
    const doubt = doubtAbout(canary.proof, now)
    if (doubt !== undefined) return { state: 'unproven', ...facts, why: clocks.trouble ?? doubt }
    return { state: 'proven', ...facts, why: 'another box found a record that was stored here' }
  }

  status(): OverlayStatus {
    const { domain, own, book, table, network, renewal, clocks, counts } = this.#parts
    return {
      entrance: {
        addresses: network.reachability?.() === 'direct' ? network.addresses() : [],
        free: mostPeers - table.enrolled().length,
      },
      copies: this.#copies.value,
      disconnectedSince: this.#disconnectedSince,
      bootstrap: this.#firstPeer === undefined ? undefined : table.get(this.#firstPeer)?.foundBy,
      credentialEndsAt: own.content.notAfter,
      credentialWarning: renewal.warning(),
      clockWarning: clocks.trouble,
      revokedBoxes: book.statements().length,
      refusedClaims: counts.refusedClaims.map((claim) => ({
        ...claim,
        from: printPeerName(claim.from, domain),
      })),
    }
  }

  #whyIsolated(): string {
    const { renewal, own, credentials, greeting, clock } = this.#parts
    const ended = renewal.warning()
    if (ended !== undefined && own.content.notAfter < clock.now()) return ended
    if (credentials.isRevoked(own.content))
      return 'this box, or the one that let it in, was revoked: ask who looks after the overlay for a new ticket'
    const refused = greeting.refusedBecause
    if (refused !== undefined) return `other boxes do not take this one for a member: ${refused}`
    return 'no other box of the overlay can be reached'
  }
}
