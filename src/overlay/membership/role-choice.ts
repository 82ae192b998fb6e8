import type { PeerRole } from './known-peer.ts'

export interface RoleFacts {
  /** By the config. */
  readonly wish: 'auto' | PeerRole
  /** Its credential lets it store for others. */
  readonly mayBePeer: boolean
  /** `relayed`: no other box reaches it but through a third one. Undefined while that is not known. */
  readonly reachability: 'direct' | 'relayed' | undefined
  /** Undefined when it is not measured. */
  readonly freeBytes: number | undefined
  /** Connected boxes that store for others. */
  readonly otherPeers: number
  readonly copies: number
  readonly now: PeerRole
}

export interface RoleChoice {
  readonly role: PeerRole
  /** For the person in charge. */
  readonly reason: string
}

const mebibyte = 2 ** 20
const littleMemory = 96 * mebibyte
/** More than little, so that the role does not swing. */
const memoryToReturn = 256 * mebibyte

/** Whether this box stores for others. Whoever may and can does, for each record wants its copies. */
export function chooseRole(facts: RoleFacts): RoleChoice {
  const { wish, mayBePeer, reachability, freeBytes, otherPeers, copies, now } = facts
  if (!mayBePeer) return { role: 'client', reason: 'its credential makes it a client' }
  if (wish !== 'auto') return { role: wish, reason: 'the config says so' }
  const obstacle =
    shortageOf(freeBytes, now) ??
    (reachability === 'relayed' ? 'other boxes reach it only through a third one' : '')
  if (obstacle === '') {
    const reason = reachability === 'direct' ? 'other boxes reach it' : 'nothing speaks against it'
    return { role: 'peer', reason }
  }
  if (otherPeers < copies)
    return { role: 'peer', reason: `${obstacle}, but only ${otherPeers} others store for ${copies} copies` }
  return { role: 'client', reason: obstacle }
}

function shortageOf(freeBytes: number | undefined, now: PeerRole): string | undefined {
  if (freeBytes === undefined) return undefined
  if (freeBytes >= (now === 'client' ? memoryToReturn : littleMemory)) return undefined
  return `only ${Math.floor(freeBytes / mebibyte)} MiB of memory are free`
}
