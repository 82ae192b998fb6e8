import { TurnoverMap, TurnoverSet } from '../../lib/turnover-map.ts'
import type { Flow } from '../transport/flow.ts'
import type { ClientAttempt } from './client-attempt.ts'

/** The client attempts that live, found by the branch of their Via (RFC 3261 §17.1.3). */
export class AttemptTable {
  readonly #byBranch = new TurnoverMap<string, ClientAttempt>()
  /** A CANCEL shares the branch of its INVITE. */
  readonly #cancels = new TurnoverMap<string, ClientAttempt>()
  /** Those that have heard nothing yet: few, so that the failure of a flow may look at all of them. */
  readonly #unanswered = new TurnoverSet<ClientAttempt>()

  get size(): number {
    return this.#byBranch.size + this.#cancels.size
  }

  find(branch: string, method: string): ClientAttempt | undefined {
    if (method === 'CANCEL') return this.#cancels.get(branch)
    const attempt = this.#byBranch.get(branch)
    return attempt?.method === method ? attempt : undefined
  }

  add(attempt: ClientAttempt): void {
    this.#mapOf(attempt).set(attempt.branch, attempt)
    this.#unanswered.add(attempt)
  }

  settle(attempt: ClientAttempt): void {
    this.#unanswered.delete(attempt)
  }

  remove(attempt: ClientAttempt): void {
    this.#mapOf(attempt).delete(attempt.branch)
    this.#unanswered.delete(attempt)
  }

  /** Attempts that still wait for an answer on a flow. */
  waitingOn(flow: Flow): ClientAttempt[] {
    return [...this.#unanswered].filter((attempt) => attempt.flow === flow)
  }

  dropAll(): void {
    for (const attempt of [...this.#byBranch.values(), ...this.#cancels.values()]) attempt.drop()
  }

  #mapOf(attempt: ClientAttempt): Map<string, ClientAttempt> {
    return attempt.method === 'CANCEL' ? this.#cancels : this.#byBranch
  }
}
