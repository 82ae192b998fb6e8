import { abortAfter } from '../../lib/abort-after.ts'
import type { Clock } from '../../lib/clock.ts'
import type { PeerId } from '../protocol/peer-id.ts'
import type { PeerReply } from '../protocol/peer-message.ts'
import type { NetworkReach } from './network-reach.ts'

const within = 3_000
const mostAtOnce = 8
/** One box may not make others dial on and on, wherever it says. */
const restOfAsker = 5_000

/** Dials boxes that want to know whether they can be dialled. Only who proves to be the asker is connected to. */
export class DialBack {
  readonly #reach: NetworkReach | undefined
  readonly #clock: Clock
  readonly #underWay = new Set<PeerId>()
  readonly #askedAt = new Map<PeerId, number>()

  constructor(reach: NetworkReach | undefined, clock: Clock) {
    this.#reach = reach
    this.#clock = clock
  }

  async answer(peer: PeerId, addresses: readonly string[]): Promise<PeerReply> {
    if (!this.#reach || this.#underWay.size >= mostAtOnce || !this.#isRested(peer))
      return { type: 'refused', code: 'busy', reason: 'this box dials enough others at this moment' }
    this.#underWay.add(peer)
    const bound = abortAfter(this.#clock, within, `no answer in ${within} ms`)
    try {
      return { type: 'reached', addresses: await this.#reach.dialBack(peer, addresses, bound.signal) }
    } finally {
      bound.lift()
      this.#underWay.delete(peer)
    }
  }

  #isRested(peer: PeerId): boolean {
    const now = this.#clock.now()
    for (const [asker, at] of this.#askedAt) if (now - at >= restOfAsker) this.#askedAt.delete(asker)
    if (this.#askedAt.has(peer) || this.#underWay.has(peer)) return false
    this.#askedAt.set(peer, now)
    return true
  }
}
