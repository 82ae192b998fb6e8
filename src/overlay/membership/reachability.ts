import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { PeerCalls } from '../protocol/peer-calls.ts'
import type { PeerId } from '../protocol/peer-id.ts'
import type { PeerPath } from '../protocol/peer-network.ts'
import type { NetworkReach } from './network-reach.ts'
import { concludeReach, type ReachFinding } from './reach-findings.ts'

interface Members {
  isMember(peer: PeerId): boolean
  members(): readonly { readonly peer: PeerId }[]
}

/** For whoever did not answer, or was asked too often. */
const lookEvery = 10_000
/** Of these looks. */
const askAnewEvery = 12
const answerWithin = 5_000
const enoughWitnesses = 3

/**
 * Finds out whether others can dial this box: a few members that it has dialled itself are asked to dial it back. What
 * they say decides which addresses it names, and whether it needs a relay.
 */
export class Reachability {
  readonly #reach: NetworkReach
  readonly #pathsTo: (peer: PeerId) => readonly PeerPath[]
  readonly #members: Members
  readonly #calls: Pick<PeerCalls, 'ask'>
  readonly #clock: Clock
  readonly #log: Log
  readonly #random: () => number
  readonly #findings = new Map<PeerId, ReachFinding>()
  readonly #seenAt = new Map<PeerId, string>()
  readonly #asking = new Set<PeerId>()
  #settled = ''
  #looks = 0
  #timer: Timer | undefined

  constructor(parts: {
    reach: NetworkReach
    pathsTo: (peer: PeerId) => readonly PeerPath[]
    members: Members
    calls: Pick<PeerCalls, 'ask'>
    clock: Clock
    log: Log
    random: () => number
  }) {
    this.#reach = parts.reach
    this.#pathsTo = parts.pathsTo
    this.#members = parts.members
    this.#calls = parts.calls
    this.#clock = parts.clock
    this.#log = parts.log
    this.#random = parts.random
  }

  start(): void {
    this.#timer = this.#clock.after(lookEvery, () => {
      this.#looks++
      if (this.#looks % askAnewEvery === 0) this.#askOneAnew()
      else this.#askEnough()
      this.start()
    })
  }

  stop(): void {
    this.#timer?.cancel()
  }

  /** A member said in its hello where it sees this box. */
  observedBy(peer: PeerId, observed: string): void {
    this.#seenAt.set(peer, observed)
    const [path] = this.#pathsTo(peer)
    // It was the one that dialled: `observed` is where.
    const isDialled = path?.direction === 'in' && path.relay === undefined
    if (isDialled && this.#reach.candidates(observed).includes(observed))
      this.#note(peer, { observed, reached: [observed] })
    else if (this.#isWorthAsking(observed)) void this.#ask(peer, observed)
  }

  /** A member came or went. */
  peersChanged(): void {
    for (const peer of this.#seenAt.keys()) if (!this.#members.isMember(peer)) this.#forget(peer)
    this.#askEnough()
    this.#conclude()
  }

  /** This machine has other addresses: it has to be found out anew. */
  moved(): void {
    this.#findings.clear()
    this.peersChanged()
  }

  /** A NAT that no witness was behind before deserves a question of its own. */
  #isWorthAsking(observed: string): boolean {
    if (this.#findings.size + this.#asking.size < enoughWitnesses) return true
    if (this.#reach.isOwn(observed)) return false
    const host = hostOf(observed)
    return ![...this.#findings.values()].some((finding) => hostOf(finding.observed) === host)
  }

  #askEnough(): void {
    for (const [peer, observed] of this.#seenAt) {
      if (this.#findings.size + this.#asking.size >= enoughWitnesses) break
      if (!this.#findings.has(peer)) void this.#ask(peer, observed)
    }
  }

  #askOneAnew(): void {
    const members = this.#members.members()
    const chosen = members[Math.floor(this.#random() * members.length)]
    const observed = chosen && this.#seenAt.get(chosen.peer)
    if (chosen && observed !== undefined) void this.#ask(chosen.peer, observed)
  }

  async #ask(peer: PeerId, observed: string): Promise<void> {
    const [path] = this.#pathsTo(peer)
    if (this.#asking.has(peer) || path?.direction !== 'out' || path.relay !== undefined) return
    const addresses = this.#reach.candidates(observed)
    // Whoever does not listen cannot be dialled.
    if (addresses.length === 0) return this.#note(peer, { observed, reached: [] })
    this.#asking.add(peer)
    try {
      const reply = await this.#calls.ask(peer, { type: 'reach', addresses }, 'reached', answerWithin)
      const reached = reply.addresses.filter((address) => addresses.includes(address))
      if (this.#members.isMember(peer)) this.#note(peer, { observed, reached })
    } catch (error) {
      this.#log.debug({ peer, reason: (error as Error).message }, 'a box did not try to dial this one')
    } finally {
      this.#asking.delete(peer)
    }
  }

  #note(peer: PeerId, finding: ReachFinding): void {
    this.#findings.set(peer, finding)
    this.#conclude()
  }

  #forget(peer: PeerId): void {
    this.#seenAt.delete(peer)
    this.#findings.delete(peer)
  }

  #conclude(): void {
    // Until somebody has tried again, the last conclusion is better than none.
    if (this.#findings.size === 0) return
    const conclusion = concludeReach(this.#findings)
    const text = JSON.stringify(conclusion)
    if (text === this.#settled) return
    this.#settled = text
    this.#reach.settle(conclusion)
  }
}

/** Addresses differ in their ports; a NAT is known by its host. */
function hostOf(address: string): string {
  return address.split('/')[2] ?? address
}
