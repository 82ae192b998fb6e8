import type { TrunkEntry } from '../config/sections/trunks.ts'
import type { LegPolicy } from '../domain/leg-policy.ts'
import type { NoticeSink } from '../domain/notice.ts'
import type { CallQuestion, RouteTarget } from '../domain/route.ts'
import type { LineState, LineWatch } from './asterisk-line.ts'
import type { NumberOwners } from './caller-id.ts'
import { Channels } from './channels.ts'
import { HealthWatch } from './health-watch.ts'
import type { ServerHop } from './server-hop.ts'
import { type TrunkAddress, trunkAddress } from './trunk-address.ts'
import { TrunkAlarm } from './trunk-alarm.ts'
import { contactUri } from './trunk-contact.ts'
import { addressedLeg, isCallForHelp, type TrunkLeg } from './trunk-leg.ts'
import type { SiteNumbers, TrunkNumbers } from './trunk-numbers.ts'
import { policyFor } from './trunk-policy.ts'
import { TrunkRates } from './trunk-rates.ts'
import { type RegistrationParts, TrunkRegistration } from './trunk-registration.ts'
import { standingOf, type TrunkStanding } from './trunk-standing.ts'

export interface TrunkParts extends RegistrationParts {
  readonly numbers: SiteNumbers
  readonly owners: NumberOwners
  readonly notices: NoticeSink
  /** What is known of the line by other means than SIP, such as an Asterisk's manager. */
  lineOf?(entry: TrunkEntry): LineWatch | undefined
}

/** How a trunk is, for the operator. */
export interface TrunkView {
  readonly name: string
  readonly state: TrunkStanding & { readonly name: string }
  readonly calls: number
  readonly maxCalls: number
}

/** One SIP trunk: its registration, its health, its channels, and the legs that are sent on it. */
export class SipTrunk {
  readonly entry: TrunkEntry
  readonly address: TrunkAddress
  readonly numbers: TrunkNumbers
  readonly channels: Channels
  readonly rates: TrunkRates
  readonly policy: LegPolicy
  readonly #parts: TrunkParts
  readonly #registration: TrunkRegistration | undefined
  readonly #health: HealthWatch
  readonly #line: LineWatch | undefined
  readonly #alarm: TrunkAlarm
  #onChange: () => void = () => undefined

  constructor(entry: TrunkEntry, parts: TrunkParts) {
    this.entry = entry
    this.address = trunkAddress(entry)
    this.numbers = parts.numbers.onTrunk(entry)
    this.channels = new Channels(entry, parts.clock)
    this.rates = new TrunkRates(entry)
    this.policy = policyFor(entry.media)
    this.#parts = parts
    this.#registration = entry.register ? new TrunkRegistration(entry, parts) : undefined
    this.#health = new HealthWatch({
      stack: parts.stack,
      clock: parts.clock,
      intervalSeconds: entry.optionsIntervalSeconds,
      destination: () => ({
        uri: `sip:${this.address.hostPart}`,
        proxy: this.#proxy,
        from: `<sip:${entry.username ?? 'causeway'}@${this.address.domain}>`,
      }),
    })
    this.#line = parts.lineOf?.(entry)
    this.#alarm = new TrunkAlarm(entry.name, parts)
    this.#health.onSilence(() => this.#registration?.lost())
  }

  get free(): number {
    return Math.min(this.channels.free, freeOn(this.#line?.state(), this.entry.maxCalls))
  }

  get healthy(): boolean {
    const isRegistered = this.#registration?.isRegistered ?? true
    return isRegistered && this.#health.isHealthy && this.#line?.state().kind !== 'down'
  }

  /** Where it is registered or could be: calls come from there too. */
  get hops(): readonly ServerHop[] {
    return this.#registration?.hops ?? []
  }

  /** Called when health or the number of free channels may have changed. */
  onChange(listener: () => void): void {
    this.#onChange = listener
  }

  start(): void {
    const noted = () => {
      this.#alarm.note(this.#standing)
      this.#onChange()
    }
    this.channels.onChange(() => this.#onChange())
    this.#registration?.onChange(() => {
      if (this.#registration?.state.name === 'registered') this.#health.isBack()
      noted()
    })
    this.#health.onChange(noted)
    this.#line?.onChange(noted)
    this.#registration?.start()
    this.#health.start()
  }

  /** The box has another address. */
  moved(): void {
    this.#registration?.moved()
  }

  async stop(): Promise<void> {
    this.#health.stop()
    await this.#registration?.stop()
  }

  /** Claims a channel and makes the leg. Emergency calls get one beyond the limit. Throws `TrunkFull`, `TrunkTooFast`. */
  prepare(target: RouteTarget, question: CallQuestion, displayName: string | undefined): TrunkLeg {
    const { contactUser, bulkRegistration } = this.entry
    const { owners, stack } = this.#parts
    const { entry, address, numbers } = this
    const read = (text: string) => this.#parts.numbers.readFromTrunk(text)
    const hasContact = contactUser !== undefined && !bulkRegistration
    return {
      ...addressedLeg({ target, question, displayName }, { entry, address, numbers, owners, read }),
      ...(this.#proxy !== undefined && { proxy: this.#proxy }),
      ...(hasContact && { contact: `<${contactUri(entry, stack, this.#registration?.hop?.transport)}>` }),
      policy: this.policy,
      release: this.channels.claimOut(isCallForHelp(target)),
    }
  }

  /** How a call on this trunk went: its final status, and the cause of Q.850 if one is known. */
  saw(status: number, cause?: number): void {
    this.#health.saw(status, cause)
  }

  view(): TrunkView {
    const { name, maxCalls } = this.entry
    return { name, state: { name: `trunk ${name}`, ...this.#standing }, calls: this.channels.used, maxCalls }
  }

  /** Where its requests go: to the address where it is registered, else where its name leads. */
  get #proxy(): string | undefined {
    return this.#registration?.proxy ?? this.address.proxy
  }

  get #standing(): TrunkStanding {
    const registration = this.#registration
    return standingOf({
      at: this.#parts.clock.now(),
      registration: registration && {
        state: registration.state,
        isRegistered: registration.isRegistered,
        hop: registration.hop && `${registration.hop.address}:${registration.hop.port}`,
        dnsTrouble: registration.dnsTrouble,
      },
      health: this.#health.health,
      asksOptions: this.entry.optionsIntervalSeconds > 0,
      line: this.#line?.state(),
    })
  }
}

/** What the far end says of its channels, which it may share with others. */
function freeOn(line: LineState | undefined, maxCalls: number): number {
  if (line?.kind !== 'up') return Number.POSITIVE_INFINITY
  return line.channelsUsed === undefined ? 0 : Math.max(0, maxCalls - line.channelsUsed)
}
