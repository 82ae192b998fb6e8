import { randomUUID } from 'node:crypto'
import type { TrunkEntry } from '../config/sections/trunks.ts'
import { grantedSeconds } from '../domain/granted-expiry.ts'
import type { SipResponseView, SipStack } from '../domain/sip.ts'
import type { Clock, Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { type Boxed, within } from '../lib/time-box.ts'
import { describeAnswer } from './describe-answer.ts'
import { registerOptions } from './register-options.ts'
import {
  holdsUntil,
  nextRegistration,
  type RegistrationAction,
  type RegistrationEvent,
  type RegistrationState,
} from './registration.ts'
import { type HopLookUp, hopUri, type ServerHop } from './server-hop.ts'
import { ServerHops } from './server-hops.ts'
import { type TrunkAddress, trunkAddress } from './trunk-address.ts'
import { contactUri } from './trunk-contact.ts'

export interface TrunkNetwork extends Pick<SipStack, 'request' | 'localHostPort'> {}

export interface RegistrationParts {
  readonly stack: TrunkNetwork
  readonly hops: HopLookUp
  readonly clock: Clock
  readonly log: Log
  /** 0…1 */
  readonly random: () => number
}

const answerWithinMs = 10_000
const goodbyeWithinMs = 1_000

/** Keeps one trunk registered at its provider: performs what the machine of `registration.ts` asks for. */
export class TrunkRegistration {
  readonly #entry: TrunkEntry
  readonly #address: TrunkAddress
  readonly #parts: RegistrationParts
  readonly #hops: ServerHops
  // RFC 3261 §10.2: one Call-ID for all REGISTERs, with rising CSeq.
  readonly #callId = randomUUID()
  #cseq = 1
  #state: RegistrationState = { name: 'idle' }
  #hop: ServerHop | undefined
  #timer: Timer | undefined
  #goodbye: Promise<void> = Promise.resolve()
  #onChange: () => void = () => undefined

  constructor(entry: TrunkEntry, parts: RegistrationParts) {
    this.#entry = entry
    this.#address = trunkAddress(entry)
    this.#parts = parts
    const { host, port } = this.#address.next
    const query = {
      scheme: 'sip',
      host: host.replace(/^\[|\]$/g, ''),
      port,
      transport: entry.transport,
    } as const
    this.#hops = new ServerHops(query, parts.hops, parts.clock, parts.log.child({ trunk: entry.name }))
  }

  get state(): RegistrationState {
    return this.#state
  }

  get isRegistered(): boolean {
    return holdsUntil(this.#state) > this.#parts.clock.now()
  }

  /** Where the provider has us: calls are sent there too. */
  get hop(): ServerHop | undefined {
    return this.#hop
  }

  /** URI of that place; undefined before the first success. */
  get proxy(): string | undefined {
    return this.#hop && hopUri(this.#hop, this.#address.next.host)
  }

  /** Where the provider may send calls from. */
  get hops(): readonly ServerHop[] {
    return this.#hop ? [...this.#hops.known, this.#hop] : this.#hops.known
  }

  /** Why the DNS does not lead to the provider now. */
  get dnsTrouble(): string | undefined {
    return this.#hops.trouble
  }

  onChange(listener: () => void): void {
    this.#onChange = listener
  }

  start(): void {
    this.#on({ type: 'start', expiresSeconds: this.#entry.registerExpiresSeconds })
  }

  /** Nobody answers there any more: it registers at once, at another address if there is one. */
  lost(): void {
    if (this.#hop) this.#hops.noteFailed(this.#hop)
    this.#on({ type: 'lost' })
  }

  /** The box has another address: it registers that at once. */
  moved(): void {
    this.#on({ type: 'moved' })
  }

  /** Takes the registration back; waits for the provider's answer, but not long. */
  async stop(): Promise<void> {
    this.#on({ type: 'stop', at: this.#parts.clock.now() })
    await this.#goodbye
  }

  #on(event: RegistrationEvent): void {
    const before = this.#state
    const [state, ...actions] = nextRegistration(before, event)
    if (state === before) return
    this.#state = state
    this.#timer?.cancel()
    this.#timer = undefined
    this.#tell(before, state)
    for (const action of actions) this.#perform(action)
  }

  #perform(action: RegistrationAction): void {
    switch (action.do) {
      case 'register':
        void this.#register(action.expiresSeconds)
        break
      case 'wait':
        this.#timer = this.#parts.clock.after(action.ms, () => this.#on({ type: 'due' }))
        break
      case 'unregister':
        this.#goodbye = this.#send(0, goodbyeWithinMs, this.#hop).then(() => undefined)
        break
    }
  }

  async #register(expiresSeconds: number): Promise<void> {
    const state = this.#state
    const hop = await this.#hops.next()
    if (this.#state !== state) return // stopped meanwhile
    const contact = this.#contact(hop)
    const response = await this.#send(expiresSeconds, answerWithinMs, hop)
    if (this.#state !== state) return
    const at = this.#parts.clock.now()
    const answer = response.kind === 'value' ? response.value : undefined
    if (answer && answer.status >= 200 && answer.status < 300) {
      if (hop) this.#hops.noteGood(hop)
      this.#hop = hop
      this.#on({ type: 'accepted', at, grantedSeconds: grantedSeconds(answer, contact) })
      if (this.#contact(hop) !== contact) this.moved()
      return
    }
    // RFC 3263 §4.3: silence, a broken transport and 503 lead to the next address.
    if (hop && (!answer || answer.isLocal || answer.status === 503)) this.#hops.noteFailed(hop)
    this.#on({
      type: 'refused',
      at,
      status: answer?.status ?? 408,
      why: describeAnswer(response),
      minExpiresSeconds: secondsIn(answer, 'min-expires'),
      retryAfterSeconds: secondsIn(answer, 'retry-after'),
      chance: this.#parts.random(),
    })
  }

  async #send(
    expiresSeconds: number,
    mostMs: number,
    hop: ServerHop | undefined,
  ): Promise<Boxed<SipResponseView>> {
    const proxy = hop ? hopUri(hop, this.#address.next.host) : this.#address.proxy
    const cseq = this.#cseq
    this.#cseq += 4 // the stack answers challenges with the three between
    const dialog = { callId: this.#callId, cseq, contact: this.#contact(hop), expiresSeconds }
    return within(mostMs, this.#parts.clock, (signal) =>
      this.#parts.stack.request('REGISTER', `sip:${this.#address.hostPart}`, {
        ...registerOptions(this.#entry, this.#address, dialog),
        ...(proxy !== undefined && { proxy }),
        signal,
      }),
    )
  }

  #contact(hop: ServerHop | undefined): string {
    return contactUri(this.#entry, this.#parts.stack, hop?.transport)
  }

  #tell(before: RegistrationState, after: RegistrationState): void {
    const trunk = this.#entry.name
    if (after.name === 'registered' && before.name === 'registering' && before.until === 0) {
      const fields = { trunk, at: this.proxy, until: new Date(after.until).toISOString() }
      this.#parts.log.info(fields, 'trunk registered')
    }
    if (after.name === 'waiting') {
      this.#parts.log.warn({ trunk, why: after.why, failures: after.failures }, 'trunk registration failed')
    }
    if (before.name !== after.name) this.#onChange()
  }
}

function secondsIn(response: SipResponseView | undefined, header: string): number | undefined {
  const text = /^\s*(\d{1,9})/.exec(response?.header(header) ?? '')?.[1]
  return text === undefined ? undefined : Number(text)
}
