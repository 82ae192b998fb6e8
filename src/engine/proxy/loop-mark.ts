import { hash } from 'node:crypto'
import { newTag } from '../message/identifiers.ts'
import type { SipRequest } from '../message/message.ts'

const signLength = 6
const hashLength = 12

/**
 * What the branch of a proxied request ends with (RFC 5393 §4.2): a hash of all that decides where a request goes. A
 * request that comes back with the same in one of its Vias loops; one with another has been changed on its way, and
 * spirals.
 */
export class LoopMark {
  /** Random, so that nobody forges a mark, and no box takes another's for its own. */
  readonly #secret = newTag() + newTag()
  /** Tells our own Vias without hashing. */
  readonly #sign = `.${newTag().slice(0, signLength)}`

  /** The request as it came, our own Routes taken off. */
  of(request: SipRequest): string {
    const decisive = [
      this.#secret,
      request.uri,
      request.callId,
      request.from.tag,
      request.to.tag,
      request.cseq.number,
      request.getAll('route'),
      request.getAll('proxy-require'),
      request.getAll('proxy-authorization'),
    ]
    return this.#sign + hash('sha256', decisive.join('\n')).slice(0, hashLength)
  }

  isLooping(request: SipRequest): boolean {
    const ours = request.getAll('via').filter((line) => line.includes(this.#sign))
    if (ours.length === 0) return false
    const mark = this.of(request)
    return ours.some((line) => line.includes(mark))
  }
}
