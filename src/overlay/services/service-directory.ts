import type { OfferedService, Service, ServiceKind } from '../../domain/service-record.ts'
import { MalformedCbor } from '../../lib/cbor.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Part } from '../../lib/part.ts'
import type { Overlay } from '../overlay.ts'
import { Publisher } from '../records/publisher.ts'
import { decodeService, encodeService } from './service-value.ts'

type Services = Pick<Overlay, 'store' | 'fetch' | 'remove' | 'peers' | 'domain' | 'peerName'>

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
  offer(service: Service): void {
    this.#publisher.publish(service.kind, encodeService(service), Number.POSITIVE_INFINITY)
  }

  withdraw(kind: ServiceKind): void {
    this.#publisher.withdraw(kind)
  }

  settled(): Promise<void> {
    return this.#publisher.settled()
  }

  /** All offers of a kind, this box's own among them, in no order. */
  async find(kind: ServiceKind, signal: AbortSignal): Promise<readonly OfferedService[]> {
    const records = await this.#overlay.fetch('service', kind, signal)
    const peers = new Map(this.#overlay.peers().map((peer) => [peer.peerName, peer]))
    return records.flatMap(({ signer, value }) => {
      const service = this.#read(kind, signer, value)
      const isLocal = signer === this.#overlay.peerName
      const peer = peers.get(signer)
      const isReachable = isLocal || peer?.connected === true
      return service
        ? [{ peerName: signer, service, roundTripMs: peer?.roundTripMs, isLocal, isReachable }]
        : []
    })
  }

  #read(kind: ServiceKind, signer: string, value: Uint8Array): Service | undefined {
    try {
      return decodeService(kind, value)
    } catch (error) {
      if (!(error instanceof MalformedCbor)) throw error
      this.#log.warn({ signer, reason: error.message }, 'a service record was not understood')
      return undefined
    }
  }
}
