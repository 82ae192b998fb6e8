import type { TrunkEntry } from '../config/sections/trunks.ts'
import type { E164 } from '../domain/phone-number.ts'
import type { CallQuestion, RouteTarget } from '../domain/route.ts'
import type { DigestAccount, SipHeaders } from '../domain/sip.ts'
import { parseDialledUri } from '../domain/sip-uri.ts'
import type { Timer } from '../lib/clock.ts'
import { within } from '../lib/time-box.ts'
import { callerIdOf, type NumberOwners } from './caller-id.ts'
import { describeAnswer } from './describe-answer.ts'
import { isHealthy, nextHealth, type TrunkHealth, type TrunkWitness, unknownHealth } from './health.ts'
import { type TrunkAddress, trunkAddress } from './trunk-address.ts'
import { TrunkFull } from './trunk-errors.ts'
import { type RegistrationParts, TrunkRegistration } from './trunk-registration.ts'

/** How numbers are written on this trunk and read from it. */
export interface TrunkNumbers {
  formatForTrunk(number: E164, format: TrunkEntry['numberFormat']): string
  readFromTrunk(text: string, format?: TrunkEntry['numberFormat']): E164 | undefined
}

export interface TrunkParts extends RegistrationParts {
  readonly numbers: TrunkNumbers
  readonly owners: NumberOwners
}

/** An outgoing leg on a trunk, ready to be sent. */
export interface TrunkLeg {
  readonly uri: string
  readonly proxy?: string
  readonly from: string
  readonly to: string
  readonly account?: DigestAccount
  readonly headers: SipHeaders
  /** Gives the channel back. Safe to call twice. */
  release(): void
}

/** How a trunk is, for the operator. */
export interface TrunkView {
  readonly name: string
  readonly state: {
    readonly name: string
    readonly state: 'good' | 'degraded' | 'failed'
    readonly text: string
  }
  readonly calls: number
  readonly maxCalls: number
}

const optionsWithinMs = 4_000
const askAgainMs = 2_000

/** One SIP trunk: its registration, its health, its channels, and the legs that are sent on it. */
export class SipTrunk {
  readonly entry: TrunkEntry
  readonly address: TrunkAddress
  readonly #parts: TrunkParts
  readonly #registration: TrunkRegistration | undefined
  #health: TrunkHealth = unknownHealth
  #wasWell = true
  #calls = 0
  #timer: Timer | undefined
  #isRunning = false
  #onChange: () => void = () => undefined

  constructor(entry: TrunkEntry, parts: TrunkParts) {
    this.entry = entry
    this.address = trunkAddress(entry)
    this.#parts = parts
    this.#registration = entry.register ? new TrunkRegistration(entry, parts) : undefined
  }

  get free(): number {
    return Math.max(0, this.entry.maxCalls - this.#calls)
  }

  get healthy(): boolean {
    const isRegistered = this.#registration?.isRegistered ?? true
    return isRegistered && isHealthy(this.#health, this.#parts.clock.now())
  }

  /** Called when health or the number of free channels may have changed. */
  onChange(listener: () => void): void {
    this.#onChange = listener
    this.#registration?.onChange(listener)
  }

  start(): void {
    this.#isRunning = true
    this.#registration?.start()
    void this.#askHealth()
  }

  async stop(): Promise<void> {
    this.#isRunning = false
    this.#timer?.cancel()
    await this.#registration?.stop()
  }

  serves(number: E164): boolean {
    return this.entry.prefixes.some((prefix) => number.startsWith(prefix))
  }

  /** Claims a channel and makes the leg. Emergency calls get one beyond the limit. Throws `TrunkFull`. */
  prepare(target: RouteTarget, question: CallQuestion, displayName: string | undefined): TrunkLeg {
    const called = this.#calledUser(target)
    if (this.free === 0 && !called.isEmergency) throw new TrunkFull(this.entry.name, this.entry.maxCalls)
    const { username, authUsername, password } = this.entry
    const to = `sip:${called.user}@${this.address.domain};user=phone`
    return {
      uri: `sip:${called.user}@${this.address.hostPart};user=phone`,
      ...(this.address.proxy !== undefined && { proxy: this.address.proxy }),
      ...this.#identity(question, displayName),
      to: `<${to}>`,
      ...(password !== undefined && { account: { username: authUsername ?? username ?? '', password } }),
      release: this.#claim(),
    }
  }

  /** How a call on this trunk went: its final status. */
  saw(status: number): void {
    if (status === 503 && this.free === 0) return // our own limit, not the provider's
    const isFailure = status === 408 || (status >= 500 && status < 600)
    this.#witness({
      type: 'call',
      at: this.#parts.clock.now(),
      isCarried: !isFailure,
      why: `call: ${status}`,
    })
  }

  view(): TrunkView {
    const { name, maxCalls } = this.entry
    return { name, state: { name: `trunk ${name}`, ...this.#standing() }, calls: this.#calls, maxCalls }
  }

  #calledUser({ uri }: RouteTarget): { user: string; isEmergency: boolean } {
    const called = parseDialledUri(uri)
    const number = called?.scheme === 'tel' ? called.number : uri
    if (!number.startsWith('+')) return { user: number, isEmergency: true }
    return { user: this.#parts.numbers.formatForTrunk(number, this.entry.numberFormat), isEmergency: false }
  }

  #identity(question: CallQuestion, displayName: string | undefined): { from: string; headers: SipHeaders } {
    const { numbers, owners } = this.#parts
    const { domain } = this.address
    const read = (text: string) => numbers.readFromTrunk(text)
    const { number, isWithheld } = callerIdOf(question, this.entry, owners, read)
    const headers =
      number === undefined ? {} : { 'P-Asserted-Identity': nameAddr(displayName, `sip:${number}@${domain}`) }
    if (isWithheld) {
      // RFC 3323 §4.1.1.3, RFC 3325 §9.3
      return {
        from: '"Anonymous" <sip:anonymous@anonymous.invalid>',
        headers: { ...headers, Privacy: 'id' },
      }
    }
    const user =
      number === undefined
        ? (this.entry.username ?? 'anonymous')
        : numbers.formatForTrunk(number, this.entry.numberFormat)
    return { from: nameAddr(displayName, `sip:${user}@${domain}`), headers }
  }

  #claim(): () => void {
    this.#calls += 1
    this.#onChange()
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      this.#calls -= 1
      this.#onChange()
    }
  }

  async #askHealth(): Promise<void> {
    const { domain, hostPart, proxy } = this.address
    const own = `<sip:${this.entry.username ?? 'causeway'}@${domain}>`
    const answer = await within(optionsWithinMs, this.#parts.clock, (signal) =>
      this.#parts.stack.request('OPTIONS', `sip:${hostPart}`, {
        headers: { From: own, Accept: 'application/sdp' },
        ...(proxy !== undefined && { proxy }),
        signal,
      }),
    )
    if (!this.#isRunning) return
    // Whatever the far end says it is alive, except that it has no capacity.
    const isAnswered = answer.kind === 'value' && !answer.value.isLocal && answer.value.status !== 503
    const why = `OPTIONS: ${describeAnswer(answer)}`
    this.#witness({ type: 'options', at: this.#parts.clock.now(), isAnswered, why })
    const isFirstLoss = this.#health.optionsLost === 1
    const waitMs = isFirstLoss ? askAgainMs : this.entry.optionsIntervalSeconds * 1_000
    this.#timer = this.#parts.clock.after(waitMs, () => void this.#askHealth())
  }

  #witness(witness: TrunkWitness): void {
    this.#health = nextHealth(this.#health, witness)
    this.#onChange()
    const isWell = isHealthy(this.#health, this.#parts.clock.now())
    if (isWell === this.#wasWell) return
    this.#wasWell = isWell
    const fields = { trunk: this.entry.name, why: witness.why }
    if (isWell) this.#parts.log.info(fields, 'trunk is back')
    else this.#parts.log.warn(fields, 'trunk rests')
  }

  #standing(): { state: 'good' | 'degraded' | 'failed'; text: string } {
    const registration = this.#registration?.state
    if (registration && !this.#registration?.isRegistered) {
      const why = registration.name === 'waiting' ? `: ${registration.why}` : ''
      return { state: 'failed', text: `not registered${why}` }
    }
    if (!this.healthy)
      return { state: 'failed', text: `rests after failures, tried last (${this.#health.why})` }
    if (this.#health.optionsLost === undefined) return { state: 'degraded', text: 'not asked yet' }
    if (this.#health.optionsLost > 0) return { state: 'degraded', text: this.#health.why }
    return { state: 'good', text: registration ? 'registered, answers' : 'answers' }
  }
}

function nameAddr(displayName: string | undefined, uri: string): string {
  if (!displayName) return `<${uri}>`
  return `"${displayName.replace(/[\r\n]+/g, ' ').replace(/["\\]/g, '\\$&')}" <${uri}>`
}
