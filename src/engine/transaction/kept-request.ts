import type { SipRequest } from '../message/message.ts'
import { parseMessage } from '../message/parse.ts'

/**
 * A request that outlives its answer by half a minute and is hardly ever looked at again. Until then it is kept as
 * one string, which costs the garbage collector next to nothing, and is read again when someone asks. A buffer would
 * hold on to the whole slab that it was cut from.
 */
export class KeptRequest {
  #request: SipRequest | undefined
  #text: string | undefined

  constructor(request: SipRequest) {
    this.#request = request
  }

  get value(): SipRequest {
    if (this.#request) return this.#request
    const request = parseMessage(Buffer.from(this.#text ?? '', 'latin1'))
    if (!request.isRequest) throw new TypeError('the text of a request is no request')
    this.#request = request
    return request
  }

  compact(): void {
    this.#text ??= this.#request?.toBuffer().toString('latin1')
    this.#request = undefined
  }
}
