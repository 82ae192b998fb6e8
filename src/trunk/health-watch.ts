import type { SipResponseView, SipStack } from '../domain/sip.ts'
import type { Clock, Timer } from '../lib/clock.ts'
import { type Boxed, within } from '../lib/time-box.ts'
import { describeAnswer } from './describe-answer.ts'
import {
  isDown,
  isHealthy,
  nextHealth,
  type TrunkHealth,
  type TrunkWitness,
  unknownHealth,
} from './health.ts'

export interface HealthWatchParts {
  readonly stack: Pick<SipStack, 'request'>
  readonly clock: Clock
  /** 0: OPTIONS are never sent. */
  readonly intervalSeconds: number
  /** Where OPTIONS go now: the address that calls take. */
  readonly destination: () => {
    readonly uri: string
    readonly proxy: string | undefined
    readonly from: string
  }
}

const answerWithinMs = 4_000
const askAgainMs = 2_000

/** How one trunk does, by its answers to OPTIONS and by the calls on it. */
export class HealthWatch {
  readonly #parts: HealthWatchParts
  #health: TrunkHealth = unknownHealth
  #timer: Timer | undefined
  /** The end of a rest is news too, and nothing else tells of it. */
  #rest: Timer | undefined
  #isRunning = false
  /** Counts starts, so that an answer from before a stop is nobody's. */
  #run = 0
  /** Between two OPTIONS. */
  #isWaiting = false
  #askedAt = 0
  #onChange: () => void = () => undefined
  #onSilence: () => void = () => undefined

  constructor(parts: HealthWatchParts) {
    this.#parts = parts
  }

  get health(): TrunkHealth {
    return this.#health
  }

  get isHealthy(): boolean {
    return isHealthy(this.#health, this.#parts.clock.now())
  }

  onChange(listener: () => void): void {
    this.#onChange = listener
  }

  /** Called once each time when the address is found silent. */
  onSilence(listener: () => void): void {
    this.#onSilence = listener
  }

  start(): void {
    this.#isRunning = true
    this.#run += 1
    this.#watchRest()
    if (this.#parts.intervalSeconds > 0) void this.#ask(this.#run)
  }

  stop(): void {
    this.#isRunning = false
    this.#isWaiting = false
    this.#timer?.cancel()
    this.#rest?.cancel()
  }

  /** The far end is known to be there again: who was silent is asked now. */
  isBack(): void {
    if (isDown(this.#health)) this.#askNow()
  }

  /** How a call on this trunk went: its final status, and the cause of Q.850 if one is known. */
  saw(status: number, cause: number | undefined): void {
    if (saysNothing.has(status)) return
    const isFailure = (status === 408 || isServerFailure(status)) && !isOfCalled(cause)
    this.#witness({
      type: 'call',
      at: this.#parts.clock.now(),
      isCarried: !isFailure,
      why: `call: ${status}`,
    })
    // A call that failed is a reason to ask whether anybody is there, though not with every call of many.
    if (isFailure && this.#parts.clock.now() - this.#askedAt >= askAgainMs) this.#askNow()
  }

  #askNow(): void {
    if (!this.#isWaiting) return
    this.#timer?.cancel()
    void this.#ask(this.#run)
  }

  async #ask(run: number): Promise<void> {
    const { stack, clock, intervalSeconds, destination } = this.#parts
    this.#isWaiting = false
    this.#askedAt = clock.now()
    const { uri, proxy, from } = destination()
    const answer = await within(answerWithinMs, clock, (signal) =>
      stack.request('OPTIONS', uri, {
        headers: { From: from, Accept: 'application/sdp' },
        ...(proxy !== undefined && { proxy }),
        signal,
      }),
    )
    if (!this.#isRunning || run !== this.#run) return
    const why = `OPTIONS: ${describeAnswer(answer)}`
    this.#witness({ type: 'options', at: clock.now(), isAnswered: isSignOfLife(answer), why })
    const isFirstLoss = this.#health.optionsLost === 1
    const waitMs = isFirstLoss ? Math.min(askAgainMs, intervalSeconds * 1_000) : intervalSeconds * 1_000
    this.#isWaiting = true
    this.#timer = clock.after(waitMs, () => void this.#ask(run))
  }

  #witness(witness: TrunkWitness): void {
    const before = this.#health
    this.#health = nextHealth(before, witness)
    if (isDown(this.#health) && !isDown(before)) this.#onSilence()
    if (this.#health.restsUntil !== before.restsUntil) this.#watchRest()
    this.#onChange()
  }

  #watchRest(): void {
    this.#rest?.cancel()
    const restMs = this.#health.restsUntil - this.#parts.clock.now()
    if (this.#isRunning && restMs > 0) this.#rest = this.#parts.clock.after(restMs, () => this.#onChange())
  }
}

/** Credentials and rights: ours or the caller's, the line may be well or not. */
const saysNothing = new Set([401, 403, 407])

function isServerFailure(status: number): boolean {
  return status >= 500 && status < 600
}

/** Q.850: unallocated, busy, no answer, rejected, changed, wrong format: a network that knows this much works. */
function isOfCalled(cause: number | undefined): boolean {
  return cause !== undefined && (cause === 1 || (cause >= 17 && cause <= 22) || cause === 28)
}

/** Whatever the far end says it is alive, except that it has no capacity. */
function isSignOfLife(answer: Boxed<SipResponseView>): boolean {
  return answer.kind === 'value' && !answer.value.isLocal && answer.value.status !== 503
}
