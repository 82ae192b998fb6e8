import type { TrunkEntry } from '../config/sections/trunks.ts'
import type { CallRate } from '../domain/call-rate.ts'
import type { LegPolicy } from '../domain/leg-policy.ts'
import { isOpenAt, type OpeningSpan, readOpeningHours } from '../domain/opening-hours.ts'
import type { E164 } from '../domain/phone-number.ts'
import type { CallQuestion, RouteTarget } from '../domain/route.ts'
import type { PstnService } from '../domain/service-record.ts'
import type { SipSource } from '../domain/sip.ts'
import type { Part } from '../lib/part.ts'
import { servedBy } from './number-coverage.ts'
import { calledUri, type OutsideCaller, outsideCaller, type TrunkRequest } from './outside-call.ts'
import { ProviderHosts } from './provider-hosts.ts'
import { PstnOffer } from './pstn-offer.ts'
import { ServiceOffer } from './service-offer.ts'
import { SipTrunk, type TrunkParts, type TrunkView } from './sip-trunk.ts'
import type { AddressLookUp } from './source-list.ts'
import { TrunkUnknown } from './trunk-errors.ts'
import type { TrunkLeg } from './trunk-leg.ts'
import { TrunkSources } from './trunk-sources.ts'

export interface TrunksSettings extends Omit<TrunkParts, 'random'> {
  readonly entries: readonly TrunkEntry[]
  readonly addresses: AddressLookUp
  /** IANA name of the zone that opening hours are in; undefined: the machine's. */
  readonly timeZone?: string | undefined
  /** 0…1 */
  readonly random?: () => number
}

/** One trunk as routing compares it with others. */
export interface TrunkOffer {
  readonly name: string
  /** The longest of its prefixes that fits the number; `+` when no number was asked for. */
  readonly prefix: string
  readonly rate: CallRate
  readonly isOpen: boolean
  readonly free: number
  readonly healthy: boolean
  readonly offerToOverlay: boolean
}

/** All SIP trunks of the box. */
export class Trunks implements Part {
  readonly name = 'trunks'
  readonly #timeZone: string | undefined
  readonly #trunks: ReadonlyMap<string, SipTrunk>
  readonly #hours: ReadonlyMap<string, readonly OpeningSpan[]>
  readonly #sources: TrunkSources
  readonly #providers: ProviderHosts
  readonly #isOurs: (number: E164) => boolean
  readonly #pstn: PstnOffer
  readonly #offer: ServiceOffer

  constructor(settings: TrunksSettings) {
    const { entries, addresses, clock, log, owners, timeZone, random = Math.random } = settings
    this.#timeZone = timeZone
    this.#trunks = new Map(entries.map((entry) => [entry.name, new SipTrunk(entry, { ...settings, random })]))
    this.#hours = new Map(entries.map(({ name, hours }) => [name, readOpeningHours(hours)]))
    this.#sources = new TrunkSources([...this.#trunks.values()], addresses, clock, log)
    this.#providers = new ProviderHosts([...this.#trunks.values()], addresses, clock)
    this.#isOurs = (number) => owners.userOf(number) !== undefined
    this.#pstn = new PstnOffer([...this.#trunks.values()])
    this.#offer = new ServiceOffer(() => this.pstnService(), clock)
  }

  async start(): Promise<void> {
    this.#sources.start()
    this.#providers.start()
    for (const trunk of this.#trunks.values()) {
      trunk.onChange(() => this.#offer.changed())
      trunk.start()
    }
    this.#offer.changed()
  }

  /** The box has another address. */
  moved(): void {
    for (const trunk of this.#trunks.values()) trunk.moved()
  }

  async stop(): Promise<void> {
    this.#sources.stop()
    this.#providers.stop()
    this.#offer.stop()
    await Promise.all([...this.#trunks.values()].map((trunk) => trunk.stop()))
  }

  /** Trunks whose prefixes cover the number, in config order, as they are at that time. */
  candidates(number: E164, at: number): readonly TrunkOffer[] {
    return [...this.#trunks.values()].flatMap((trunk) => {
      const prefix = servedBy(trunk.entry, number)
      if (prefix === undefined) return []
      return [offerOf(trunk, prefix, trunk.rates.of(number), this.#isOpen(trunk.entry.name, at))]
    })
  }

  /** Every trunk, whatever its prefixes and hours: for emergency calls. */
  all(): readonly TrunkOffer[] {
    return [...this.#trunks.values()].map((trunk) => offerOf(trunk, '+', trunk.rates.usual, true))
  }

  /** Whether what is sent to a host reaches a provider, who may know this box by its address alone. IPv6 in brackets or not. */
  servesHost(host: string, port: number | undefined): boolean {
    return this.#providers.has(host, port)
  }

  /** Claims a channel of the trunk that the target names. Throws `TrunkFull`, `TrunkTooFast` or `TrunkUnknown`. */
  prepare(target: RouteTarget, question: CallQuestion, displayName: string | undefined): TrunkLeg {
    return this.#named(target.label).prepare(target, question, displayName)
  }

  /** What the legs of a trunk want; undefined for a trunk that is not configured. */
  policyOf(trunk: string): LegPolicy | undefined {
    return this.#trunks.get(trunk)?.policy
  }

  /** Where calls from trunks may come from. */
  knownAddresses(): readonly string[] {
    return this.#sources.addresses
  }

  /** The trunk that a request comes from; where several share an address, the one whose account it names. */
  identify(source: SipSource, requestUri: string): string | undefined {
    return this.#sources.identify(source, requestUri)
  }

  /**
   * A channel for a call that came in, to be given back by what is returned; undefined when the trunk carries its most
   * calls, unless the call is urgent.
   */
  takeIncoming(trunk: string, isUrgent = false): (() => void) | undefined {
    return this.#named(trunk).channels.claimIn(isUrgent)
  }

  /** Whom a request from a trunk wants, as a tel URI; the Request-URI as it came when it holds no number. */
  calledUri(trunk: string, request: TrunkRequest): string {
    const { entry, numbers } = this.#named(trunk)
    return calledUri(request, entry, numbers, this.#isOurs)
  }

  /** Who calls from a trunk. */
  callerOf(trunk: string, request: TrunkRequest): OutsideCaller {
    const { address, numbers } = this.#named(trunk)
    return outsideCaller(request, address.domain, numbers)
  }

  /** How a call on a trunk went: final status and cause (Q.850), as its target attempt has them. */
  saw(trunk: string, status: number, cause?: number): void {
    this.#trunks.get(trunk)?.saw(status, cause)
  }

  view(): readonly TrunkView[] {
    return [...this.#trunks.values()].map((trunk) => trunk.view())
  }

  /** What other boxes of the overlay may use; undefined when there is no trunk at all. */
  pstnService(): PstnService | undefined {
    return this.#pstn.current()
  }

  /** Called from `start` on, whenever what is offered has changed in a way that other boxes should know. */
  onServiceChange(listener: (service: PstnService | undefined) => void): void {
    this.#offer.onChange(listener)
  }

  #named(name: string): SipTrunk {
    const trunk = this.#trunks.get(name)
    if (!trunk) throw new TrunkUnknown(name)
    return trunk
  }

  #isOpen(trunk: string, at: number): boolean {
    const spans = this.#hours.get(trunk) ?? []
    return spans.length === 0 || isOpenAt(spans, at, this.#timeZone)
  }
}

function offerOf(
  { entry, free, healthy }: SipTrunk,
  prefix: string,
  rate: CallRate,
  isOpen: boolean,
): TrunkOffer {
  const { name, offerToOverlay } = entry
  return { name, prefix, rate, isOpen, free, healthy, offerToOverlay }
}
