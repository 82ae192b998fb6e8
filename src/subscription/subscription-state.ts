/** One phone's subscription, as a pure machine (RFC 6665 §4.2). Times in milliseconds since the Unix epoch. */
export type SubscriptionState =
  /** The PBX is the notifier; the box passes on what either side says. */
  | { readonly name: 'relayed' }
  /** The box is the notifier. */
  | { readonly name: 'fed' }
  | { readonly name: 'over' }

export type SubscriptionEvent =
  /** The PBX is gone, or has lost its side of the subscription. */
  | { readonly type: 'pbx-lost' }
  /** The PBX has ended it, and the phone has been told so. */
  | { readonly type: 'pbx-ended' }
  /** What the box knows of the resource has changed. */
  | { readonly type: 'news' }
  /** The phone has refreshed it. */
  | { readonly type: 'refreshed' }
  /** The phone wants it no longer. */
  | { readonly type: 'unsubscribed' }
  /** Its time is up, and nobody has refreshed it. */
  | { readonly type: 'expired' }
  /** It is its turn to go back to the PBX, which is in charge again. */
  | { readonly type: 'called-home' }
  /** The phone has not taken a NOTIFY. */
  | { readonly type: 'untold' }

export type SubscriptionAction =
  /** The present state, which a SUBSCRIBE always gets. */
  | 'tell-state'
  /** The present state, where the box knows one. */
  | 'tell-news'
  /** The last NOTIFY, by which the phone subscribes again at once (RFC 6665 §4.1.3). */
  | 'tell-deactivated'
  /** The last NOTIFY of a subscription that has run out. */
  | 'tell-timeout'
  | 'leave-pbx'
  | 'forget'

export interface SubscriptionStep {
  readonly state: SubscriptionState
  readonly actions: readonly SubscriptionAction[]
}

export function nextSubscription(state: SubscriptionState, event: SubscriptionEvent): SubscriptionStep {
  switch (state.name) {
    case 'relayed':
      return relayed(state, event)
    case 'fed':
      return fed(state, event)
    case 'over':
      return { state, actions: [] }
  }
}

function relayed(state: SubscriptionState, event: SubscriptionEvent): SubscriptionStep {
  switch (event.type) {
    case 'pbx-lost':
      return { state: { name: 'fed' }, actions: ['leave-pbx'] }
    case 'pbx-ended':
    case 'expired':
    case 'untold':
      return over('leave-pbx', 'forget')
    case 'news':
    case 'refreshed':
    case 'unsubscribed':
    case 'called-home':
      return { state, actions: [] } // the PBX speaks for itself
  }
}

function fed(state: SubscriptionState, event: SubscriptionEvent): SubscriptionStep {
  switch (event.type) {
    case 'news':
      return { state, actions: ['tell-news'] }
    case 'refreshed':
      return { state, actions: ['tell-state'] }
    case 'unsubscribed':
    case 'expired':
      return over('tell-timeout', 'forget')
    case 'called-home':
      return over('tell-deactivated', 'forget')
    case 'untold':
      return over('forget')
    case 'pbx-lost':
    case 'pbx-ended':
      return { state, actions: [] } // it has no say any more
  }
}

function over(...actions: readonly SubscriptionAction[]): SubscriptionStep {
  return { state: { name: 'over' }, actions }
}
