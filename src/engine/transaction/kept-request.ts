import type { SipRequest } from '../message/message.ts'
import { parseMessage } from '../message/parse.ts'

/**
 * A request that outlives its answer by half a minute and is hardly ever looked at again. Until then it is kept as
 * bytes, which cost the garbage collector next to nothing, and is read again when someone asks.
 */
export class KeptRequest {
  #request: SipRequest | undefined
  #bytes: Buffer | undefined

  constructor(request: SipRequest) {
    this.#request = request
  }

  get value(): SipRequest {
    if (this.#request) return this.#request
    const request = parseMessage(this.#bytes as Buffer)
    if (!request.isRequest) throw new TypeError('the bytes of a request are no request')
    this.#request = request
    return request
  }

  compact(): void {
    this.#bytes ??= this.#request?.toBuffer()
    this.#request = undefined
  }
}
