import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { PeerCalls } from '../protocol/peer-calls.ts'
import type { PeerId } from '../protocol/peer-id.ts'
import type { PeerAddress, PeerReply, PeerRequest } from '../protocol/peer-message.ts'
import type { Dialler } from './dialler.ts'
import type { PeerRole } from './known-peer.ts'
import { Liveness, type RevocationSerial } from './liveness.ts'
import { MemberExchange } from './member-exchange.ts'
import { NewsBoard } from './news-board.ts'
import type { PeerTable } from './peer-table.ts'
import { chooseRole, type RoleChoice, type RoleFacts } from './role-choice.ts'
import { Whereabouts } from './whereabouts.ts'

export interface MembershipParts {
  readonly self: PeerId
  readonly table: PeerTable
  readonly calls: PeerCalls
  readonly dialler: Dialler
  readonly network: {
    addresses(): readonly string[]
    drop(peer: PeerId, silentForMs?: number): void
    reachability?(): RoleFacts['reachability']
  }
  /** Boxes to which a SIP link is open. */
  peersInUse(): Iterable<PeerId>
  readonly revocations: RevocationSerial | undefined
  readonly copies: number
  readonly wishedRole: RoleFacts['wish']
  readonly mayBePeer: boolean
  /** Bytes of memory that are free for this process; undefined when it is not measured. */
  freeMemory(): number | undefined
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
}

const lookAtSelfEvery = 2_000
const keepsRoleFor = 300_000
/** Whoever is there is told of again. */
const hearsayCountsFor = 600_000
const chanceToRetire = 0.1
const answerWithin = 3_000

/** This box among the others: who is there, where everybody is, and which part this one takes. */
export class Membership {
  readonly #parts: MembershipParts
  readonly #liveness: Liveness
  readonly #exchange: MemberExchange
  readonly #whereabouts: Whereabouts
  #role: RoleChoice = { role: 'peer', reason: '' }
  #roleSince = Number.NEGATIVE_INFINITY
  #timer: Timer | undefined

  constructor(parts: MembershipParts) {
    const { self, table, calls, dialler, network, clock, log, random, revocations } = parts
    this.#parts = parts
    const news = new NewsBoard()
    const hurry = (peer: PeerId) => dialler.hurry(peer)
    this.#exchange = new MemberExchange({ self, table, calls, clock, log, random, hurry })
    this.#whereabouts = new Whereabouts({
      ...{ self, table, news, clock, hurry },
      addresses: () => network.addresses(),
    })
    this.#liveness = new Liveness(self, {
      ...{ table, calls, news, clock, log, random, revocations },
      peersInUse: parts.peersInUse,
      drop: (peer, because, silentForMs) => {
        log.info({ peer, because }, 'the connection to a box was given up')
        network.drop(peer, silentForMs)
      },
      heardOf: (from, here) => this.#whereabouts.heard(from, here),
    })
    this.#reconsiderRole()
  }

  start(): void {
    this.#whereabouts.announce()
    this.#liveness.start()
    this.#exchange.start()
    this.#lookAtSelf()
  }

  stop(): void {
    this.#timer?.cancel()
    this.#exchange.stop()
    this.#liveness.stop()
  }

  get role(): RoleChoice {
    return this.#role
  }

  get isClient(): boolean {
    return this.#role.role === 'client'
  }

  /** This box may have other addresses now. In another network there may be a way to boxes that were out of reach. */
  moved(isOtherNetwork: boolean): void {
    const isElsewhere = this.#whereabouts.announceWhenMoved()
    if (isOtherNetwork || isElsewhere) this.#parts.dialler.hurryAll()
  }

  answered(peer: PeerId): void {
    this.#liveness.answered(peer)
  }

  unanswered(peer: PeerId): void {
    this.#liveness.unanswered(peer)
  }

  pinged(peer: PeerId, ping: Extract<PeerRequest, { type: 'ping' }>): PeerReply {
    return this.#liveness.answer(peer, ping)
  }

  lookFor(peer: PeerId): Promise<PeerReply> {
    return this.#liveness.lookForAnother(peer)
  }

  peers(asker: PeerId, { digest, after }: Extract<PeerRequest, { type: 'peers' }>): readonly PeerAddress[] {
    return this.#exchange.page(asker, digest, after)
  }

  /** For the greeting of a box: some of the members. */
  some(asker: PeerId): readonly PeerAddress[] {
    return this.#exchange.some(asker)
  }

  /** A member names others in its greeting. */
  heard(from: PeerId, peers: readonly PeerAddress[]): void {
    this.#exchange.heard(from, peers)
  }

  hasRole(peer: PeerId, role: PeerRole): void {
    this.#parts.table.setRole(peer, role)
  }

  #lookAtSelf(): void {
    this.#timer = this.#parts.clock.after(lookAtSelfEvery, () => this.#lookAtSelf())
    this.moved(false)
    this.#parts.table.forgetHearsay(this.#parts.clock.now() - hearsayCountsFor)
    this.#reconsiderRole()
  }

  #reconsiderRole(): void {
    const { table, network, copies, wishedRole: wish, mayBePeer, clock, log } = this.#parts
    const choice = chooseRole({
      ...{ wish, mayBePeer, copies, now: this.#role.role },
      reachability: network.reachability?.(),
      freeBytes: this.#parts.freeMemory(),
      otherPeers: table.members().filter(({ role }) => role === 'peer').length,
    })
    const isOther = choice.role !== table.ownRole
    if (isOther && choice.role === 'client' && wish === 'auto' && mayBePeer && !this.#mayRetireNow()) return
    this.#role = choice
    if (!isOther) return
    this.#roleSince = clock.now()
    table.setOwnRole(choice.role)
    log.info({ ...choice }, 'this box has another role in the overlay')
    for (const { peer } of table.members()) void this.#tellRole(peer)
  }

  // Records move with every change, so a role is kept for a while; and not all boxes of a kind retire at once.
  #mayRetireNow(): boolean {
    const { clock, random } = this.#parts
    return clock.now() - this.#roleSince >= keepsRoleFor && random() < chanceToRetire
  }

  async #tellRole(peer: PeerId): Promise<void> {
    const { calls, log } = this.#parts
    try {
      await calls.ask(peer, { type: 'role', role: this.#role.role }, 'pong', answerWithin)
    } catch (error) {
      log.debug({ peer, reason: (error as Error).message }, 'a box could not be told of the role')
    }
  }
}
