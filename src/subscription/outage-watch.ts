import type { Clock, Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Subscription } from './subscription.ts'
import type { SubscriptionList } from './subscription-list.ts'

/** Subscriptions whose phones are told at once what the box knows, when it takes them over. */
const toldAtOnce = 20
const tellEveryMs = 100

interface OpenQuestion {
  readonly domain: string
  readonly abort: AbortController
}

/** Takes the subscriptions of a PBX over when it is gone. Calls come first: the phones are told little by little. */
export class OutageWatch {
  readonly #list: SubscriptionList
  readonly #clock: Clock
  readonly #log: Log
  /** What a PBX was asked and has not answered. */
  readonly #open = new Set<OpenQuestion>()
  readonly #timers = new Set<Timer>()

  constructor(list: SubscriptionList, clock: Clock, log: Log) {
    this.#list = list
    this.#clock = clock
    this.#log = log
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
  }

  get openQuestions(): number {
    return this.#open.size
  }

  /** Asks the PBX of this domain; the signal fires when it is gone, for then no answer is worth waiting for. */
  async ask<Answer>(domain: string, ask: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    const question = { domain, abort: new AbortController() }
    this.#open.add(question)
    try {
      return await ask(question.abort.signal)
    } finally {
      this.#open.delete(question)
    }
  }

  pbxIsGone(domain: string): void {
    for (const question of this.#open) if (question.domain === domain) question.abort.abort()
    const taken = [...this.#list].filter(({ facts, isFed }) => facts.domain === domain && !isFed)
    for (const subscription of taken) subscription.pbxIsGone()
    if (taken.length > 0) this.#log.info({ domain, taken: taken.length }, 'subscriptions taken over')
    this.#tell(taken)
  }

  takeOver(subscription: Subscription): void {
    subscription.pbxIsGone()
    subscription.news()
  }

  #tell(untold: readonly Subscription[]): void {
    for (const subscription of untold.slice(0, toldAtOnce)) subscription.news()
    if (untold.length <= toldAtOnce) return
    const timer = this.#clock.after(tellEveryMs, () => {
      this.#timers.delete(timer)
      this.#tell(untold.slice(toldAtOnce))
    })
    this.#timers.add(timer)
  }
}
