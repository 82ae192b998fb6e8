import type { SipHeaders } from '../../../src/domain/sip.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import type { Feed } from '../../../src/subscription/feed.ts'
import type { Visitor } from '../../../src/subscription/neighbours.ts'
import { Subscription } from '../../../src/subscription/subscription.ts'
import { settled } from '../../support/fake-sip-stack.ts'
import { FakeSubscription } from '../../support/fake-subscription.ts'

export interface ASubscriptionOptions {
  readonly isFed?: boolean
  readonly isProven?: boolean
  readonly seconds?: number
  readonly feed?: Feed
}

/** One subscription between a phone and a PBX that the test plays. */
export class ASubscription {
  readonly clock = new FakeClock(1_000_000)
  readonly phone = new FakeSubscription()
  readonly pbx = new FakeSubscription()
  readonly subscription: Subscription
  /** What the box knows now; told as the body of its NOTIFYs. */
  knows = 'nothing'
  admission: Visitor = { kind: 'refused', status: 403, headers: {} }
  isForgotten = false

  constructor({ isFed = false, isProven = true, seconds = 3_600, feed }: ASubscriptionOptions = {}) {
    const ownFeed: Feed = {
      heard: () => undefined,
      hasNews: true,
      next: () => ({ contentType: 'text/plain', body: this.knows }),
    }
    this.subscription = new Subscription(
      {
        watcher: { user: '201', domain: 'pbx.example' },
        phone: '201 at its desk',
        event: 'dialog;id=7',
        resource: 'sip:202@pbx.example',
        domain: 'pbx.example',
        isProven,
      },
      {
        dialog: this.phone,
        upstream: isFed ? undefined : this.pbx,
        feed: feed ?? ownFeed,
        door: { admit: () => this.admission },
        clock: this.clock,
        log: silentLog,
        onOver: () => {
          this.isForgotten = true
        },
      },
    )
    this.subscription.begin(seconds)
  }

  /** What the phone was told, as `Subscription-State: body`. */
  get told(): string[] {
    return this.phone.sent.map(({ headers, body }) => `${stateOf(headers)}: ${body}`)
  }

  async pass(ms: number): Promise<void> {
    this.clock.advance(ms)
    await settled()
  }
}

function stateOf(headers: SipHeaders): string {
  return String(headers['Subscription-State'])
}
