import type { SentSubscribe, SipStack, SubscribeOptions } from '../../domain/sip.ts'
import type { ClientTransactions, ControlExchange } from './client-transactions.ts'
import { DrachtioSubscription } from './drachtio-subscription.ts'
import { sendSubscribe } from './outgoing-subscribe.ts'

/** The subscriptions of this connection, at either end, by dialog id. */
export class SubscriptionTable {
  readonly #transactions: ClientTransactions
  readonly #control: ControlExchange
  readonly #open = new Map<string, DrachtioSubscription>()

  constructor(transactions: ClientTransactions, control: ControlExchange) {
    this.#transactions = transactions
    this.#control = control
  }

  get size(): number {
    return this.#open.size
  }

  get(id: string): DrachtioSubscription | undefined {
    return this.#open.get(id)
  }

  open(id: string): DrachtioSubscription {
    const subscription = new DrachtioSubscription(id, {
      transactions: this.#transactions,
      control: this.#control,
      forget: (over) => this.#open.delete(over),
    })
    this.#open.set(id, subscription)
    return subscription
  }

  subscribe(request: SipStack['request'], uri: string, options: SubscribeOptions): Promise<SentSubscribe> {
    return sendSubscribe({ request, openSubscription: (id) => this.open(id) }, uri, options)
  }

  /** The engine is lost, and its dialogs with it. */
  endAll(): void {
    for (const subscription of [...this.#open.values()]) subscription.end()
  }
}
