import type { SipSource } from '../domain/sip.ts'
import { parseDialledUri } from '../domain/sip-uri.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { ServerHop } from './server-hop.ts'
import type { SipTrunk } from './sip-trunk.ts'
import { type AddressLookUp, SourceList, type Sureness, surenessOf } from './source-list.ts'

type KnownTrunk = Pick<SipTrunk, 'entry' | 'hops'>

/** Which trunk a request comes from, by the address of its sender: what the config and the DNS say, and where it registers. */
export class TrunkSources {
  readonly #trunks: readonly KnownTrunk[]
  readonly #lists: ReadonlyMap<string, SourceList>

  constructor(trunks: readonly KnownTrunk[], addresses: AddressLookUp, clock: Clock, log: Log) {
    this.#trunks = trunks
    this.#lists = new Map(
      trunks.map(({ entry: { name, acceptFrom, server, outboundProxy } }) => {
        const hosts = acceptFrom.length > 0 ? acceptFrom : [outboundProxy ?? server]
        return [name, new SourceList(hosts, addresses, clock, log.child({ trunk: name }))]
      }),
    )
  }

  start(): void {
    for (const list of this.#lists.values()) list.start()
  }

  stop(): void {
    for (const list of this.#lists.values()) list.stop()
  }

  get addresses(): readonly string[] {
    const listed = [...this.#lists.values()].flatMap(({ addresses }) => addresses)
    return [...listed, ...this.#trunks.flatMap((trunk) => followed(trunk).map(({ address }) => address))]
  }

  /** Where several trunks share an address, the one whose account or Contact the Request-URI names. */
  identify(source: SipSource, requestUri: string): string | undefined {
    let best: Sureness = 0
    let trunks: KnownTrunk[] = []
    for (const trunk of this.#trunks) {
      const sureness = this.#sureness(trunk, source)
      if (sureness === 0 || sureness < best) continue
      trunks = sureness > best ? [trunk] : [...trunks, trunk]
      best = sureness
    }
    const uri = parseDialledUri(requestUri)
    const user = uri && uri.scheme !== 'tel' ? uri.user : undefined
    const named = trunks.find(({ entry }) => user === (entry.contactUser ?? entry.username))
    return (named ?? trunks[0])?.entry.name
  }

  #sureness(trunk: KnownTrunk, source: SipSource): Sureness {
    const listed = this.#lists.get(trunk.entry.name)?.match(source) ?? 0
    const hops = followed(trunk).map(({ address, port }) => surenessOf({ address, port }, source))
    return [listed, ...hops].reduce((best, each) => (each > best ? each : best), 0)
  }
}

/** An operator who names the sources means these and no others. */
function followed({ entry, hops }: KnownTrunk): readonly ServerHop[] {
  return entry.acceptFrom.length > 0 ? [] : hops
}
