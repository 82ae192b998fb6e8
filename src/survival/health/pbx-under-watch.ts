import type { PbxEntry } from '../../config/sections/pbxs.ts'
import type { OutageCause } from '../../domain/outage.ts'
import type { SipStack } from '../../domain/sip.ts'
import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { askOptions } from './asked-options.ts'
import type { HealthMemory } from './health-memory.ts'
import { isSlow, latencyNow, noLatency, noteLatency } from './latency.ts'
import { newPbx, nextPbxHealth, type OutageFacts, type PbxHealth } from './pbx-health.ts'
import { isHeld, lockedName, outageOf, type PbxLock } from './pbx-lock.ts'
import { resumed, switched } from './pbx-orders.ts'
import { longestRetryAfterMs } from './pbx-return.ts'
import { describeWitness, outcomeOf, type PbxOutcome, type PbxWitness, retryAfterOf } from './pbx-witness.ts'

export interface PbxUnderWatchParts {
  readonly entry: PbxEntry
  readonly stack: Pick<SipStack, 'request'>
  readonly memory: HealthMemory | undefined
  /** What the box knows of the networks around it may name the cause better. */
  causeOf(pbx: string, seen: OutageCause): OutageCause
  /** What it is taken for has changed. */
  onChange(pbx: PbxUnderWatch, was: Was): void
  /** The box stands in as before, for another reason. */
  onCause(pbx: PbxUnderWatch, cause: OutageCause): void
  readonly clock: Clock
  readonly log: Log
}

/** Before a change. */
export interface Was {
  readonly from: PbxHealth['name']
  readonly since: number
  /** Of the outage that begins, goes on or ends with the change. */
  readonly outage: OutageFacts | undefined
}

/** In doubt the PBX is asked this often, unless the config asks even more often. */
const doubtIntervalMs = 500
/** While the box stands in, so that after a restart it is known how fresh that is. */
const keepEveryMs = 60_000

/** One PBX: asks it, takes what others saw, keeps what it is taken for. */
export class PbxUnderWatch {
  readonly entry: PbxEntry
  readonly #parts: PbxUnderWatchParts
  #health: PbxHealth
  #why = 'not asked yet'
  #lock: PbxLock | undefined
  /** Kept, because it is asked with every call. */
  #name: PbxHealth['name']
  #since: number
  #lastOutage: OutageFacts | undefined
  #latency = noLatency
  #timer: Timer | undefined
  #lockEnd: Timer | undefined
  #running: AbortController | undefined
  readonly #asking = new Set<AbortController>()
  #savedAt = 0

  constructor(parts: PbxUnderWatchParts) {
    this.#parts = parts
    this.entry = parts.entry
    this.#health = newPbx(parts.clock.now())
    this.#name = this.#health.name
    this.#since = this.#health.since
  }

  /** What it is taken for now. */
  get name(): PbxHealth['name'] {
    return this.#name
  }

  /** Since when it is taken for that. */
  get since(): number {
    return this.#since
  }

  get health(): PbxHealth {
    return this.#health
  }

  /** Of the last change, in words. */
  get why(): string {
    return this.#why
  }

  get lock(): PbxLock | undefined {
    return this.#lock && isHeld(this.#lock, this.#parts.clock.now()) ? this.#lock : undefined
  }

  /** Median of the last answers to OPTIONS, in milliseconds. */
  get latencyMs(): number | undefined {
    return latencyNow(this.#latency)
  }

  /** Of the outage that lasts. */
  get outage(): OutageFacts | undefined {
    return outageOf(this.#health, this.lock)
  }

  /** Goes on from what was known before a restart. */
  async recall(): Promise<void> {
    const { memory, clock, log } = this.#parts
    const saved = await memory?.load(this.entry.name)
    if (!saved) return
    const at = clock.now()
    this.#health = resumed(saved.health, saved.savedAt, at)
    this.#lock = saved.lock && isHeld(saved.lock, at) ? saved.lock : undefined
    this.#name = lockedName(this.#health, this.#lock, at)
    if (this.#name === lockedName(saved.health, saved.lock, at)) this.#since = saved.since
    this.#lastOutage = this.outage
    if (this.#name !== 'survival') return
    this.#why = saved.why
    log.warn({ pbx: this.entry.name, why: saved.why }, 'the box goes on standing in for the PBX')
  }

  start(): void {
    this.#running = new AbortController()
    this.#watchLock()
    void this.#ask(this.#running.signal)
  }

  stop(): void {
    this.#running?.abort()
    this.#running = undefined
    for (const asking of this.#asking) asking.abort()
    this.#timer?.cancel()
    this.#lockEnd?.cancel()
  }

  witness(witness: PbxWitness): void {
    const before = this.#health
    const was = { name: this.#name, cause: this.outage?.cause }
    const after = this.#named(nextPbxHealth(before, witness, this.entry), before)
    this.#health = after
    if (after.name !== before.name) this.#become(describeWitness(witness))
    this.#noteCause(was)
    if (after.name === before.name) return
    // In doubt nobody waits for the next turn.
    if (after.name === 'suspect') this.askNow()
  }

  /** Asks it now, unless it is being asked. */
  askNow(): void {
    if (!this.#running || !this.#timer) return
    this.#timer.cancel()
    void this.#ask(this.#running.signal)
  }

  switchTo(to: 'survival' | 'normal', by: string): void {
    this.#health = switched(this.#health, to, this.#parts.clock.now(), this.entry)
    this.#become(`switched to ${to} by ${by}`)
    this.askNow()
  }

  setLock(lock: PbxLock | undefined, by: string): void {
    this.#lock = lock
    this.#watchLock()
    this.#become(lock ? `locked to ${lock.to} by ${by}` : `unlocked by ${by}`)
  }

  /** The verdict, with the cause that the whole box can name. */
  #named(after: PbxHealth, before: PbxHealth): PbxHealth {
    if (after.name !== 'survival' || before.name === 'returning') return after
    if (before.name === 'survival' && before.outage.cause === after.outage.cause) return after
    const cause = this.#parts.causeOf(this.entry.name, after.outage.cause)
    return { ...after, outage: { ...after.outage, cause } }
  }

  #noteCause(was: { readonly name: PbxHealth['name']; readonly cause: OutageCause | undefined }): void {
    const cause = this.outage?.cause
    if (was.name !== 'survival' || this.#name !== 'survival' || !cause || cause === was.cause) return
    this.#remember()
    this.#parts.onCause(this, cause)
  }

  #become(why: string): void {
    const { clock } = this.#parts
    const was = { from: this.#name, since: this.#since, outage: this.outage ?? this.#lastOutage }
    this.#lastOutage = this.outage
    this.#name = lockedName(this.#health, this.#lock, clock.now())
    if (this.#name !== was.from) {
      this.#since = clock.now()
      this.#why = why
    }
    this.#remember()
    if (this.#name !== was.from) this.#parts.onChange(this, was)
  }

  #remember(): void {
    const { memory, clock } = this.#parts
    this.#savedAt = clock.now()
    memory?.save(this.entry.name, {
      savedAt: this.#savedAt,
      since: this.#since,
      health: this.#health,
      why: this.#why,
      lock: this.#lock,
    })
  }

  #watchLock(): void {
    this.#lockEnd?.cancel()
    if (!this.#running || !this.#lock) return
    const { clock } = this.#parts
    const { until, to } = this.#lock
    this.#lockEnd = clock.after(Math.max(0, until - clock.now()), () => {
      this.#lock = undefined
      this.#become(`the lock to ${to} has ended`)
    })
  }

  async #ask(running: AbortSignal): Promise<void> {
    this.#timer = undefined
    const { clock, stack } = this.#parts
    const asking = new AbortController()
    this.#asking.add(asking)
    const asked = await askOptions(this.entry, stack, clock, asking)
    void asked.inTheEnd.then(() => this.#asking.delete(asking))
    if (running.aborted) return
    const outcome = asked.isOwnDelay ? 'unsent' : outcomeOfOptions(asked.answer)
    if (outcome === 'answered') this.#latency = noteLatency(this.#latency, asked.tookMs)
    const retryAfterMs = retryAfterOf(asked.answer)
    this.witness({
      at: clock.now(),
      by: 'options',
      outcome,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(outcome === 'answered' && isSlow(this.#latency) && { isSlow: true }),
    })
    if (this.outage && clock.now() - this.#savedAt >= keepEveryMs) this.#remember()
    if (outcome === 'timeout') void asked.inTheEnd.then((answer) => this.#cameLate(answer, running))
    this.#timer = clock.after(this.#waitMs(), () => void this.#ask(running))
  }

  #cameLate(answer: Parameters<typeof outcomeOf>[0], running: AbortSignal): void {
    if (running.aborted || answer.kind !== 'value' || answer.value.isLocal) return
    this.witness({ at: this.#parts.clock.now(), by: 'late-answer' })
  }

  #waitMs(): number {
    const { optionsIntervalMs } = this.entry
    const health = this.#health
    if (health.name === 'suspect') return Math.min(optionsIntervalMs, doubtIntervalMs)
    if (health.name !== 'survival') return optionsIntervalMs
    const leftMs = Math.min(health.askAfter - this.#parts.clock.now(), longestRetryAfterMs)
    return Math.max(optionsIntervalMs, leftMs)
  }
}

/** Who asks OPTIONS for credentials has answered it. */
function outcomeOfOptions(answer: Parameters<typeof outcomeOf>[0]): PbxOutcome {
  const outcome = outcomeOf(answer)
  return outcome === 'challenged' ? 'answered' : outcome
}
