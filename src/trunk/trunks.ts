import type { TrunkEntry } from '../config/sections/trunks.ts'
import { type Aor, parseAor } from '../domain/aor.ts'
import type { CallRate } from '../domain/call-rate.ts'
import type { E164 } from '../domain/phone-number.ts'
import type { CallQuestion, RouteTarget } from '../domain/route.ts'
import type { PstnService } from '../domain/service-record.ts'
import type { SipSource } from '../domain/sip.ts'
import { parseDialledUri } from '../domain/sip-uri.ts'
import type { Part } from '../lib/part.ts'
import { ServiceOffer } from './service-offer.ts'
import { SipTrunk, type TrunkLeg, type TrunkParts, type TrunkView } from './sip-trunk.ts'
import { type AddressLookUp, SourceList } from './source-list.ts'
import { TrunkUnknown } from './trunk-errors.ts'

export interface TrunksSettings extends Omit<TrunkParts, 'random'> {
  readonly entries: readonly TrunkEntry[]
  readonly addresses: AddressLookUp
  /** 0…1 */
  readonly random?: () => number
}

/** What a request from a trunk says about whom it wants. */
export interface CalledParty {
  readonly uri: string
  header(name: string): string | undefined
}

/** One trunk as routing compares it with others. */
export interface TrunkOffer {
  readonly name: string
  readonly rate: CallRate
  readonly isOpen: boolean
  readonly free: number
  readonly healthy: boolean
  readonly offerToOverlay: boolean
}

/** All SIP trunks of the box. */
export class Trunks implements Part {
  readonly name = 'trunks'
  readonly #settings: TrunksSettings
  readonly #trunks: ReadonlyMap<string, SipTrunk>
  readonly #sources: ReadonlyMap<string, SourceList>
  readonly #dids: ReadonlyMap<E164, Aor>
  readonly #offer: ServiceOffer

  /** Throws when a DID names no address of record. */
  constructor(settings: TrunksSettings) {
    const { entries, addresses, clock, log, random = Math.random } = settings
    this.#settings = settings
    this.#trunks = new Map(entries.map((entry) => [entry.name, new SipTrunk(entry, { ...settings, random })]))
    this.#sources = new Map(
      entries.map((entry) => {
        const hosts = entry.acceptFrom.length > 0 ? entry.acceptFrom : [entry.server]
        return [entry.name, new SourceList(hosts, addresses, clock, log.child({ trunk: entry.name }))]
      }),
    )
    this.#dids = new Map(entries.flatMap((entry) => Object.entries(entry.dids).map(readDid)))
    this.#offer = new ServiceOffer(() => this.pstnService(), clock)
  }

  async start(): Promise<void> {
    for (const sources of this.#sources.values()) sources.start()
    for (const trunk of this.#trunks.values()) {
      trunk.onChange(() => this.#offer.changed())
      trunk.start()
    }
    this.#offer.changed()
  }

  async stop(): Promise<void> {
    for (const sources of this.#sources.values()) sources.stop()
    this.#offer.stop()
    await Promise.all([...this.#trunks.values()].map((trunk) => trunk.stop()))
  }

  /** Trunks whose prefixes cover the number, in config order, as they are at that time. */
  candidates(number: E164, _at: number): readonly TrunkOffer[] {
    return this.all().filter(({ name }) => this.#trunks.get(name)?.serves(number))
  }

  all(): readonly TrunkOffer[] {
    return [...this.#trunks.values()].map(({ entry, free, healthy }) => {
      const { name, costPerMinute, offerToOverlay } = entry
      const rate = { perMinute: costPerMinute, setup: 0, stepSeconds: 1 }
      return { name, rate, isOpen: true, offerToOverlay, free, healthy }
    })
  }

  /** User that the config of a trunk gives a number to. */
  didOf(number: E164): Aor | undefined {
    return this.#dids.get(number)
  }

  /** Whether a host and port are the server or the domain of a trunk. */
  servesHost(host: string, port: number | undefined): boolean {
    return [...this.#trunks.values()].some(({ address }) => {
      if (host === address.domain && address.domain !== address.host) return true
      return host === address.host && (port ?? 5060) === (address.port ?? 5060)
    })
  }

  /** Claims a channel of the trunk that the target names. Throws `TrunkFull` or `TrunkUnknown`. */
  prepare(target: RouteTarget, question: CallQuestion, displayName: string | undefined): TrunkLeg {
    const trunk = this.#trunks.get(target.label)
    if (!trunk) throw new TrunkUnknown(target.label)
    return trunk.prepare(target, question, displayName)
  }

  /** Where calls from trunks may come from. */
  knownAddresses(): readonly string[] {
    return [...this.#sources.values()].flatMap(({ addresses }) => addresses)
  }

  /** The trunk that a request comes from; where several share an address, the one whose account it names. */
  identify(source: SipSource, requestUri: string): string | undefined {
    let best = 0
    let names: string[] = []
    for (const [name, sources] of this.#sources) {
      const sureness = sources.match(source)
      if (sureness === 0 || sureness < best) continue
      names = sureness > best ? [name] : [...names, name]
      best = sureness
    }
    const uri = parseDialledUri(requestUri)
    const user = uri && uri.scheme !== 'tel' ? uri.user : undefined
    return names.find((name) => this.#trunks.get(name)?.entry.username === user) ?? names[0]
  }

  /**
   * Whom a request from a trunk wants, as a tel URI: the first of P-Called-Party-ID (RFC 7315), Request-URI and To that
   * holds a number of ours, else the first that holds a number, else the Request-URI as it came.
   */
  calledUri(trunk: string, request: CalledParty): string {
    const { numbers, owners } = this.#settings
    const format = this.#trunks.get(trunk)?.entry.numberFormat
    const called = [request.header('p-called-party-id'), request.uri, request.header('to')]
      .map((text) => (text === undefined ? undefined : numbers.readFromTrunk(text, format)))
      .filter((number) => number !== undefined)
    const number = called.find((each) => this.#dids.has(each) || owners.isOurs(each)) ?? called[0]
    return number === undefined ? request.uri : `tel:${number}`
  }

  /** How a call on a trunk went: its final status, as its target attempt has it. */
  saw(trunk: string, status: number): void {
    this.#trunks.get(trunk)?.saw(status)
  }

  view(): readonly TrunkView[] {
    return [...this.#trunks.values()].map((trunk) => trunk.view())
  }

  /** What other boxes of the overlay may use; undefined when no trunk is offered and well. */
  pstnService(): PstnService | undefined {
    const offered = [...this.#trunks.values()].filter(({ entry, healthy }) => entry.offerToOverlay && healthy)
    if (offered.length === 0) return undefined
    return {
      kind: 'pstn',
      prefixes: [...new Set(offered.flatMap(({ entry }) => entry.prefixes))].sort(),
      channelsFree: offered.reduce((sum, { free }) => sum + free, 0),
      costPerMinute: Math.min(...offered.map(({ entry }) => entry.costPerMinute)),
    }
  }

  /** Called from `start` on, whenever what is offered has changed in a way that other boxes should know. */
  onServiceChange(listener: (service: PstnService | undefined) => void): void {
    this.#offer.onChange(listener)
  }
}

function readDid([number, user]: [string, string]): [E164, Aor] {
  const name = parseAor(user)
  if (!name) throw new Error(`trunks: the DID ${number} leads to "${user}", which is no address of record`)
  return [number, name]
}
