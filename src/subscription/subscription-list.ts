import type { AorText } from '../domain/aor.ts'
import type { Subscription } from './subscription.ts'

/** All subscriptions of the phones, found by what they watch and by whose they are. */
export class SubscriptionList {
  readonly #all = new Set<Subscription>()
  readonly #byResource = new Map<AorText, Set<Subscription>>()
  readonly #byPhone = new Map<string, number>()

  get size(): number {
    return this.#all.size
  }

  [Symbol.iterator](): IterableIterator<Subscription> {
    return this.#all.values()
  }

  add(subscription: Subscription): void {
    const { resource, phone } = subscription.facts
    this.#all.add(subscription)
    const watching = this.#byResource.get(resource)
    if (watching) watching.add(subscription)
    else this.#byResource.set(resource, new Set([subscription]))
    this.#byPhone.set(phone, this.countOf(phone) + 1)
  }

  remove(subscription: Subscription): void {
    if (!this.#all.delete(subscription)) return
    const { resource, phone } = subscription.facts
    const watching = this.#byResource.get(resource)
    watching?.delete(subscription)
    if (watching?.size === 0) this.#byResource.delete(resource)
    const left = this.countOf(phone) - 1
    if (left > 0) this.#byPhone.set(phone, left)
    else this.#byPhone.delete(phone)
  }

  watching(resource: AorText): readonly Subscription[] {
    return [...(this.#byResource.get(resource) ?? [])]
  }

  /** How many a phone has. */
  countOf(phone: string): number {
    return this.#byPhone.get(phone) ?? 0
  }
}
