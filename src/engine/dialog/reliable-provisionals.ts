import type { Clock } from '../../lib/clock.ts'
import type { SipResponse } from '../message/message.ts'
import { Retransmission, type RetransmissionTimes } from './retransmission.ts'

export interface ReliableProvisionalsEvents {
  send(response: SipResponse): void
  /** No PRACK came: RFC 3262 §3 has the INVITE rejected. */
  onUnacknowledged(): void
}

/** The reliable provisional responses to one INVITE, UAS side (RFC 3262 §3): one at a time, repeated until PRACK. */
export class ReliableProvisionals {
  readonly #clock: Clock
  readonly #times: RetransmissionTimes
  readonly #events: ReliableProvisionalsEvents
  readonly inviteSequence: number
  #lastSequence: number
  readonly #waiting: SipResponse[] = []
  #unacknowledged: number | undefined
  #carriesSession = false
  /** A response with a session description has been acknowledged: offers may go on before the INVITE has its answer. */
  hasAgreedSession = false
  #retransmission: Retransmission | undefined
  #isStopped = false
  readonly #onOpen: (() => void)[] = []

  constructor(
    clock: Clock,
    times: RetransmissionTimes,
    inviteSequence: number,
    events: ReliableProvisionalsEvents,
  ) {
    this.#clock = clock
    this.#times = times
    this.inviteSequence = inviteSequence
    this.#events = events
    // §3: between 1 and 2³¹ - 1, chosen uniformly; small leaves room to count.
    this.#lastSequence = Math.floor(Math.random() * 2 ** 16)
  }

  /** Gives the response its RSeq and sends it, or keeps it until the one before is acknowledged. */
  send(response: SipResponse): void {
    this.#lastSequence++
    response.set('RSeq', String(this.#lastSequence))
    if (this.#unacknowledged === undefined) this.#start(response, this.#lastSequence)
    else this.#waiting.push(response)
  }

  /** The RAck of a PRACK; false when it acknowledges nothing that is outstanding (§3: 481). */
  acknowledge(rack: string | undefined): boolean {
    const match = /^(\d+)\s+(\d+)\s+INVITE$/.exec(rack ?? '')
    if (!match || this.#unacknowledged === undefined) return false
    if (Number(match[1]) !== this.#unacknowledged || Number(match[2]) !== this.inviteSequence) return false
    this.#unacknowledged = undefined
    this.hasAgreedSession ||= this.#carriesSession
    this.#retransmission?.stop()
    const next = this.#waiting.shift()
    if (next) this.#start(next, Number(next.get('rseq')))
    if (this.mayAccept) this.#open()
    return true
  }

  /** §3: no 2xx while a session description of ours is unacknowledged. */
  get mayAccept(): boolean {
    return this.#isStopped || this.#unacknowledged === undefined || !this.#carriesSession
  }

  /** Runs when a 2xx may be sent, or nothing may any more. */
  whenOpen(action: () => void): void {
    this.#onOpen.push(action)
  }

  /** A final response has been sent: nothing is repeated any more. */
  stop(): void {
    this.#isStopped = true
    this.#retransmission?.stop()
    this.#waiting.length = 0
    this.#open()
  }

  #open(): void {
    for (const action of this.#onOpen.splice(0)) action()
  }

  #start(response: SipResponse, sequence: number): void {
    this.#unacknowledged = sequence
    this.#carriesSession = response.body.length > 0
    this.#events.send(response)
    this.#retransmission = new Retransmission(
      this.#clock,
      this.#times,
      () => this.#events.send(response),
      () => this.#events.onUnacknowledged(),
    )
  }
}

/** Whether a header such as Supported or Require names an option tag (RFC 3261 §19.2). */
export function hasOption(values: readonly string[], option: string): boolean {
  return values.some((value) => value.toLowerCase() === option)
}
