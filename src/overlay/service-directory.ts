import type { FoundService, PstnService } from '../domain/service-record.ts'
import { decodeCborMap, encodeCbor, MalformedCbor } from '../lib/cbor.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import type { Overlay } from './overlay.ts'
import { Publisher } from './publisher.ts'

type Services = Pick<Overlay, 'store' | 'fetch' | 'remove' | 'peers' | 'domain'>

// Short, so that a box that died is not offered for long.
const lifetimeSeconds = 120

/** What boxes offer each other. */
export class ServiceDirectory implements Part {
  readonly name: string
  readonly #overlay: Services
  readonly #log: Log
  readonly #publisher: Publisher

  constructor(overlay: Services, options: { clock: Clock; log: Log; random?: () => number }) {
    this.name = `services in ${overlay.domain}`
    this.#overlay = overlay
    this.#log = options.log
    this.#publisher = new Publisher('service', overlay, {
      ...options,
      longestLifetimeSeconds: lifetimeSeconds,
    })
  }

  start(): Promise<void> {
    return this.#publisher.start()
  }

  stop(): Promise<void> {
    return this.#publisher.stop()
  }

  /** Offers it from now on, in place of an earlier offer; it is refreshed until withdrawn. Returns at once. */
  offer(service: PstnService): void {
    const { kind, prefixes, channelsFree, costPerMinute } = service
    const value = encodeCbor({ prefixes, channelsFree, costPerMinute })
    this.#publisher.publish(kind, value, Number.POSITIVE_INFINITY)
  }

  withdraw(kind: PstnService['kind']): void {
    this.#publisher.withdraw(kind)
  }

  settled(): Promise<void> {
    return this.#publisher.settled()
  }

  /** Offers of other boxes that are connected, nearest first. */
  async find(kind: PstnService['kind'], signal: AbortSignal): Promise<readonly FoundService<PstnService>[]> {
    const records = await this.#overlay.fetch('service', kind, signal)
    const connected = new Map(
      this.#overlay.peers().flatMap((peer) => (peer.connected ? [[peer.peerName, peer] as const] : [])),
    )
    return records
      .flatMap(({ signer, value }) => {
        const peer = connected.get(signer)
        const service = peer && this.#read(signer, value)
        return service ? [{ peerName: signer, service, roundTripMs: peer.roundTripMs }] : []
      })
      .toSorted((a, b) => (a.roundTripMs ?? Infinity) - (b.roundTripMs ?? Infinity) || byName(a, b))
  }

  #read(signer: string, value: Uint8Array): PstnService | undefined {
    try {
      const fields = decodeCborMap(value)
      const service = {
        kind: 'pstn' as const,
        prefixes: fields.texts('prefixes'),
        channelsFree: fields.count('channelsFree'),
        costPerMinute: fields.number('costPerMinute'),
      }
      fields.end()
      return service
    } catch (error) {
      if (!(error instanceof MalformedCbor)) throw error
      this.#log.warn({ signer, reason: error.message }, 'a service record was not understood')
      return undefined
    }
  }
}

function byName(a: { peerName: string }, b: { peerName: string }): number {
  return a.peerName < b.peerName ? -1 : 1
}
