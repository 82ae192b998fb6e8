import type { PeerId } from '../protocol/peer-id.ts'
import type { Seen } from '../protocol/peer-message.ts'

/** What one box says of the overlay. */
export interface Sight {
  readonly peer: PeerId
  /** Its own health, in a word. */
  readonly state: string
  /** Why it said nothing. */
  readonly trouble: string | undefined
  /** Who is connected to it. */
  readonly sees: readonly Seen[]
}

export interface TopologyBox {
  readonly peerName: string
  readonly isSelf: boolean
  readonly state: string
  readonly trouble: string | undefined
  readonly sees: readonly { readonly peerName: string; readonly roundTripMs: number }[]
  /** Boxes that others see and this one does not. */
  readonly misses: readonly string[]
}

/** Who sees whom, with what is amiss named. The box that asks comes first. */
export function topologyOf(
  sights: readonly Sight[],
  self: PeerId,
  nameOf: (peer: PeerId) => string,
): TopologyBox[] {
  const everybody = new Set(sights.flatMap(({ peer, sees }) => [peer, ...sees.map((seen) => seen.peer)]))
  return sights.map(({ peer, state, trouble, sees }) => {
    const seen = new Set(sees.map((other) => other.peer))
    const misses = [...everybody].filter((other) => other !== peer && !seen.has(other))
    return {
      ...{ peerName: nameOf(peer), isSelf: peer === self, state, trouble },
      sees: sees.map((other) => ({ peerName: nameOf(other.peer), roundTripMs: other.roundTripMs })),
      misses: trouble === undefined ? misses.map(nameOf) : [],
    }
  })
}
