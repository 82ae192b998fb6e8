import { randomUUID } from 'node:crypto'
import type { TrunkEntry } from '../config/sections/trunks.ts'
import { grantedSeconds } from '../domain/granted-expiry.ts'
import type { SipResponseView, SipStack } from '../domain/sip.ts'
import type { Clock, Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { type Boxed, within } from '../lib/time-box.ts'
import { describeAnswer } from './describe-answer.ts'
import {
  holdsUntil,
  nextRegistration,
  type RegistrationAction,
  type RegistrationEvent,
  type RegistrationState,
} from './registration.ts'
import { trunkAddress } from './trunk-address.ts'

export interface TrunkNetwork extends Pick<SipStack, 'request' | 'localHostPort'> {}

export interface RegistrationParts {
  readonly stack: TrunkNetwork
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
  readonly #parts: RegistrationParts
  // RFC 3261 §10.2: one Call-ID for all REGISTERs, with rising CSeq.
  readonly #callId = randomUUID()
  #cseq = 1
  #state: RegistrationState = { name: 'idle' }
  #timer: Timer | undefined
  #goodbye: Promise<void> = Promise.resolve()
  #onChange: () => void = () => undefined

  constructor(entry: TrunkEntry, parts: RegistrationParts) {
    this.#entry = entry
    this.#parts = parts
  }

  get state(): RegistrationState {
    return this.#state
  }

  get isRegistered(): boolean {
    return holdsUntil(this.#state) > this.#parts.clock.now()
  }

  onChange(listener: () => void): void {
    this.#onChange = listener
  }

  start(): void {
    this.#on({ type: 'start', expiresSeconds: this.#entry.registerExpiresSeconds })
  }

  /** Takes the registration back; waits for the provider's answer, but not long. */
  async stop(): Promise<void> {
    this.#on({ type: 'stop', at: this.#parts.clock.now() })
    await this.#goodbye
  }

  #on(event: RegistrationEvent): void {
    const before = this.#state
    const [state, ...actions] = nextRegistration(before, event)
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
        this.#goodbye = this.#send(0, goodbyeWithinMs).then(() => undefined)
        break
    }
  }

  async #register(expiresSeconds: number): Promise<void> {
    const response = await this.#send(expiresSeconds, answerWithinMs)
    const at = this.#parts.clock.now()
    const answer = response.kind === 'value' ? response.value : undefined
    if (answer && answer.status >= 200 && answer.status < 300) {
      this.#on({ type: 'accepted', at, grantedSeconds: grantedSeconds(answer, this.#contactUri()) })
      return
    }
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

  async #send(expiresSeconds: number, mostMs: number): Promise<Boxed<SipResponseView>> {
    const { authUsername, username, password } = this.#entry
    const { domain, hostPart, proxy } = trunkAddress(this.#entry)
    const own = `<sip:${username ?? 'causeway'}@${domain}>`
    const cseq = this.#cseq
    this.#cseq += 2 // the stack answers a challenge with the one between
    return within(mostMs, this.#parts.clock, (signal) =>
      this.#parts.stack.request('REGISTER', `sip:${hostPart}`, {
        headers: {
          From: own,
          To: own,
          Contact: `<${this.#contactUri()}>`,
          Expires: String(expiresSeconds),
          'Call-ID': this.#callId,
          CSeq: `${cseq} REGISTER`,
        },
        ...(proxy !== undefined && { proxy }),
        ...(password !== undefined && {
          account: { username: authUsername ?? username ?? '', password },
        }),
        signal,
      }),
    )
  }

  #contactUri(): string {
    const transport = this.#entry.transport ?? 'udp'
    const hostPort = this.#parts.stack.localHostPort(transport) ?? 'localhost'
    return `sip:${this.#entry.username ?? 'causeway'}@${hostPort};transport=${transport}`
  }

  #tell(before: RegistrationState, after: RegistrationState): void {
    const trunk = this.#entry.name
    if (after.name === 'registered' && before.name === 'registering' && before.until === 0) {
      this.#parts.log.info({ trunk, until: new Date(after.until).toISOString() }, 'trunk registered')
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
