import type { Clock } from '../../lib/clock.ts'
import { isSips } from '../message/is-sips.ts'
import { hopQueryFor, hopsFor } from '../transaction/hop-query.ts'
import type { ListeningPoint } from '../transport/flow.ts'
import type { Hop, HopResolver } from '../transport/hop.ts'
import type { Transport } from '../transport/transport-layer.ts'
import { isSecure } from '../transport/transport-name.ts'

/** Where a request will go, and the listening point it will leave by. */
export interface Way {
  /** Never empty. */
  readonly hops: readonly Hop[]
  readonly point: ListeningPoint
}

/** No way leads to a URI: the name is unknown, or nothing here speaks the transport. */
export class NoWay extends Error {
  override readonly name = 'NoWay'
}

/** RFC 5630 §4: what cannot be reached by TLS alone is not there for a sips URI, and may be for others. */
export function noWayStatus(requestUri: string): 480 | 503 {
  return isSips(requestUri) ? 480 : 503
}

export interface WayFinderOptions {
  readonly resolver: HopResolver
  readonly transport: Pick<Transport, 'listeningPoints' | 'pointTowards'>
  readonly resolveTimeoutMs: number
  readonly clock: Clock
}

/**
 * Resolves before a request is written, because Contact, From and Record-Route name the listening point that the
 * first hop will see.
 */
export class WayFinder {
  readonly #options: WayFinderOptions
  /** Goes to whoever has to wait; most answers come at once and leave it unused for the next. */
  #patience = new AbortController()

  constructor(options: WayFinderOptions) {
    this.#options = options
  }

  /**
   * Answers at once when the resolver does. `mustBeSecure`: the Request-URI is sips, so that no other Route may lead
   * astray. Throws or rejects with NoWay; throws SipParseError for what is no SIP URI.
   */
  find(uri: string, mustBeSecure = false): Way | Promise<Way> {
    const query = hopQueryFor(uri)
    const finish = (hops: readonly Hop[]) => this.#wayTo(uri, hopsFor(query, hops), mustBeSecure)
    const patience = this.#patience
    let found: readonly Hop[] | Promise<readonly Hop[]>
    try {
      found = this.#options.resolver.resolve(query, patience.signal)
    } catch (cause) {
      throw new NoWay(`cannot resolve ${uri}`, { cause })
    }
    if (!(found instanceof Promise)) return finish(found)
    this.#patience = new AbortController()
    return this.#await(uri, found.then(finish), patience)
  }

  /** For messages that never leave. */
  get anyPoint(): ListeningPoint {
    return this.#options.transport.listeningPoints[0] as ListeningPoint
  }

  async #await(uri: string, found: Promise<Way>, patience: AbortController): Promise<Way> {
    const { clock, resolveTimeoutMs } = this.#options
    const timer = clock.after(resolveTimeoutMs, () => patience.abort(new Error('resolving took too long')))
    try {
      return await found
    } catch (cause) {
      if (cause instanceof NoWay) throw cause
      throw new NoWay(`cannot resolve ${uri}`, { cause })
    } finally {
      timer.cancel()
    }
  }

  #wayTo(uri: string, found: readonly Hop[], mustBeSecure: boolean): Way {
    const { transport } = this.#options
    const hops = found.filter((hop) => {
      const towards = transport.pointTowards(hop)
      return towards !== undefined && (!mustBeSecure || isSecure(towards.transport) || isLink(hop))
    })
    const point = hops[0] && transport.pointTowards(hops[0])
    if (!point) throw new NoWay(`no listening point can send to ${uri}`)
    return { hops, point }
  }
}

/** What stays on this machine, such as the local end of an encrypted link to another box, is not overheard. */
function isLink({ address }: Hop): boolean {
  return address.startsWith('127.') || address === '::1'
}
