import type { PeerTable } from '../membership/peer-table.ts'
import type { RecordKind } from '../overlay.ts'
import { PeerUnknown } from '../overlay-errors.ts'
import type { PeerCalls } from '../protocol/peer-calls.ts'
import type { PeerId } from '../protocol/peer-id.ts'
import { noTidings, type Seen } from '../protocol/peer-message.ts'
import { parsePeerName, printPeerName } from '../protocol/peer-name.ts'
import type { PeerPath } from '../protocol/peer-network.ts'
import { type LookUpTrace, traceOf } from '../records/look-up-trace.ts'
import { closestPeers, pointOfResource } from '../records/placement.ts'
import type { CopySurvey } from './copy-survey.ts'
import { type Sight, type TopologyBox, topologyOf } from './topology.ts'

export interface PingReport {
  readonly peerName: string
  /** Milliseconds; undefined where no answer came. */
  readonly roundTripsMs: readonly (number | undefined)[]
  /** Connections to the box. */
  readonly paths: readonly PathView[]
}

export interface PathView {
  readonly address: string
  readonly direction: 'in' | 'out'
  /** Peer name of the box that relays; undefined when the path is direct. */
  readonly relay: string | undefined
}

export interface DiagnosticsParts {
  readonly self: PeerId
  readonly domain: string
  readonly copies: number
  readonly table: PeerTable
  readonly calls: PeerCalls
  readonly survey: CopySurvey
  readonly network: { paths?(peer: PeerId): readonly PeerPath[] }
  /** This box's own health in a word. */
  readonly state: () => string
  /** Milliseconds since whenever, in fractions. */
  readonly stopwatch: () => number
}

const pings = 5
const pingAnswerWithin = 800
const viewAnswerWithin = 1_500
const viewsAtOnce = 64

/** Answers of a person's questions about the overlay. Costs nothing until asked; every question has a bound. */
export class Diagnostics {
  readonly #parts: DiagnosticsParts

  constructor(parts: DiagnosticsParts) {
    this.#parts = parts
  }

  /** Asks the holders of a resource, and those who would be asked next, what they have. Takes at most 2 s. */
  async trace(kind: RecordKind, resource: string): Promise<LookUpTrace> {
    const { self, copies, table, survey } = this.#parts
    const placed = table.placed()
    const asked = closestPeers(pointOfResource(kind, resource), placed, copies * 2)
    const answers = await survey.askAll(asked, kind, resource)
    const holders = Math.min(copies, placed.length)
    return traceOf(resource, answers, {
      ...{ self, holders, nameOf: (peer) => this.#nameOf(peer) },
      pathTo: (peer) => this.#pathTo(peer),
    })
  }

  /** `whom`: a peer name, or a part of one that no other box has. Throws `PeerUnknown`. Takes at most 4 s. */
  async ping(whom: string): Promise<PingReport> {
    const { calls, stopwatch } = this.#parts
    const peer = this.#find(whom)
    const roundTripsMs: (number | undefined)[] = []
    for (let sent = 0; sent < pings; sent++) {
      const began = stopwatch()
      const answered = await calls.ask(peer, { type: 'ping', ...noTidings }, 'pong', pingAnswerWithin).then(
        () => true,
        () => false,
      )
      roundTripsMs.push(answered ? stopwatch() - began : undefined)
    }
    return { peerName: this.#nameOf(peer), roundTripsMs, paths: this.paths(peer) }
  }

  /** How a peer is reached now; a direct way is used where there is one. Undefined when it is not connected. */
  pathTo(peerName: string): 'direct' | 'relayed' | undefined {
    const name = parsePeerName(peerName)
    return name && this.#pathTo(name.peerId)
  }

  paths(peer: PeerId): readonly PathView[] {
    const paths = this.#parts.network.paths?.(peer) ?? []
    return paths.map(({ address, direction, relay }) => ({
      ...{ address, direction },
      relay: relay && this.#nameOf(relay),
    }))
  }

  /** Asks every connected box whom it sees; this box comes first. Takes a few seconds when many are silent. */
  async topology(): Promise<readonly TopologyBox[]> {
    const { self, table, state } = this.#parts
    const members = table.members().map(({ peer }) => peer)
    const sights: Sight[] = [{ peer: self, state: state(), trouble: undefined, sees: this.sees() }]
    for (let asked = 0; asked < members.length; asked += viewsAtOnce)
      sights.push(
        ...(await Promise.all(members.slice(asked, asked + viewsAtOnce).map((peer) => this.#viewOf(peer)))),
      )
    return topologyOf(sights, self, (peer) => this.#nameOf(peer))
  }

  /** Who is connected to this box: the answer to another box's question. */
  sees(): readonly Seen[] {
    return this.#parts.table
      .members()
      .map(({ peer, roundTripMs }) => ({ peer, roundTripMs: roundTripMs ?? 0 }))
  }

  async #viewOf(peer: PeerId): Promise<Sight> {
    try {
      const { state, sees } = await this.#parts.calls.ask(peer, { type: 'view' }, 'view', viewAnswerWithin)
      return { peer, state, trouble: undefined, sees }
    } catch (error) {
      return { peer, state: 'unknown', trouble: (error as Error).message, sees: [] }
    }
  }

  #pathTo(peer: PeerId): 'direct' | 'relayed' | undefined {
    const paths = this.#parts.network.paths?.(peer) ?? []
    if (paths.length === 0) return undefined
    return paths.some(({ relay }) => relay === undefined) ? 'direct' : 'relayed'
  }

  #find(whom: string): PeerId {
    const wanted = whom.toLowerCase()
    const matching = this.#parts.table.enrolled().filter(({ peer }) => this.#nameOf(peer).includes(wanted))
    const [only, ...others] = matching
    if (others.length > 0) throw new PeerUnknown(`${whom} is in the names of ${matching.length} boxes`)
    if (!only) throw new PeerUnknown(whom)
    return only.peer
  }

  #nameOf(peer: PeerId): string {
    return printPeerName(peer, this.#parts.domain)
  }
}
