import { abortAfter } from '../lib/abort-after.ts'
import type { Clock } from '../lib/clock.ts'
import type { NetworkReach } from './network-reach.ts'
import type { PeerId } from './peer-id.ts'
import type { PeerReply } from './peer-message.ts'

const within = 3_000
const mostAtOnce = 8

/** Dials boxes that want to know whether they can be dialled. */
export class DialBack {
  readonly #reach: NetworkReach | undefined
  readonly #clock: Clock
  readonly #underWay = new Set<PeerId>()

  constructor(reach: NetworkReach | undefined, clock: Clock) {
    this.#reach = reach
    this.#clock = clock
  }

  async answer(peer: PeerId, addresses: readonly string[]): Promise<PeerReply> {
    if (!this.#reach || this.#underWay.has(peer) || this.#underWay.size >= mostAtOnce)
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
}
