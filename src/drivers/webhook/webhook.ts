import { createHmac } from 'node:crypto'
import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { NoticeEvent } from '../../domain/notice.ts'
import { NoticeRefused, type NoticeTarget, type QueuedNotice } from '../../notice/notice-target.ts'

export interface WebhookSettings {
  readonly url: string
  /** Which one it is of those that differ in nothing but what follows the path. */
  readonly place?: number
  readonly secret?: string | undefined
  readonly events: readonly NoticeEvent[]
  /** Name of the box, for receivers that hear from several. */
  readonly box: string
  readonly version: string
  /** The box's own look-ups: the system's would keep threads that the database needs. */
  readonly addressesOf: (host: string, signal: AbortSignal) => Promise<readonly string[]>
  /** Milliseconds since the Unix epoch, for the signature. */
  readonly now: () => number
}

/** The receiver has understood and does not want it; whatever else it says may change with its settings. */
const finalRefusals = new Set([400, 410, 413, 415, 422])

const lookUpWithinMs = 5_000

/** A program that takes notices as JSON, by HTTP POST. */
export class Webhook implements NoticeTarget {
  readonly name: string
  readonly events: ReadonlySet<NoticeEvent>
  readonly #settings: WebhookSettings
  readonly #url: URL
  readonly #agent: HttpAgent

  constructor(settings: WebhookSettings) {
    this.#settings = settings
    this.#url = new URL(settings.url)
    const { place = 1 } = settings
    this.name = `${this.#url.origin}${this.#url.pathname}${place > 1 ? ` (${place})` : ''}`
    this.events = new Set(settings.events)
    const options = { keepAlive: true, maxSockets: 1, lookup: lookupBy(settings.addressesOf) }
    this.#agent = this.#url.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options)
  }

  async deliver({ id, notice }: QueuedNotice, signal: AbortSignal): Promise<void> {
    const { event, at, summary, facts } = notice
    const { box } = this.#settings
    const body = JSON.stringify({ id, box, event, at: new Date(at).toISOString(), summary, facts })
    const status = await this.#post(body, id, signal)
    // A redirection is not followed: the notice is for the receiver in the config and nobody else.
    if (status >= 200 && status < 300) return
    if (finalRefusals.has(status)) throw new NoticeRefused(`the receiver answered ${status}`)
    throw new Error(`the receiver answered ${status}`)
  }

  #post(body: string, id: string, signal: AbortSignal): Promise<number> {
    const send = this.#url.protocol === 'https:' ? httpsRequest : httpRequest
    const headers = {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      'User-Agent': `Causeway/${this.#settings.version}`,
      'Causeway-Delivery': id,
      ...this.#signature(body),
    }
    return new Promise((resolve, reject) => {
      const request = send(this.#url, { method: 'POST', headers, agent: this.#agent, signal }, (response) => {
        response.on('error', reject)
        response.on('end', () => resolve(response.statusCode ?? 0))
        response.resume()
      })
      request.on('error', reject)
      request.end(body)
    })
  }

  /** `t=<seconds>,v1=<hex>`: HMAC-SHA256 of `<seconds>.<body>`, so that what was recorded cannot be played again later. */
  #signature(body: string): Record<string, string> {
    const { secret, now } = this.#settings
    if (secret === undefined) return {}
    const seconds = Math.floor(now() / 1_000)
    const sum = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
    return { 'Causeway-Signature': `t=${seconds},v1=${sum}` }
  }
}

function lookupBy(addressesOf: WebhookSettings['addressesOf']): LookupFunction {
  return (host, options, callback) => {
    addressesOf(host, AbortSignal.timeout(lookUpWithinMs)).then(
      (found) => {
        const addresses = found.map((address) => ({ address, family: isIP(address) }))
        const [first] = addresses
        if (!first) callback(new Error(`${host} has no address`), [])
        else if (options.all) callback(null, addresses)
        else callback(null, first.address, first.family)
      },
      (error: Error) => callback(error, []),
    )
  }
}
