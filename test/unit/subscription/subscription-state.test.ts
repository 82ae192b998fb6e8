import { describe, expect, test } from 'vitest'
import {
  nextSubscription,
  type SubscriptionAction,
  type SubscriptionEvent,
  type SubscriptionState,
} from '../../../src/subscription/subscription-state.ts'

type Name = SubscriptionState['name']
type Row = [Name, SubscriptionEvent['type'], Name, ...SubscriptionAction[]]

const table: Row[] = [
  ['relayed', 'pbx-lost', 'fed', 'leave-pbx'],
  ['relayed', 'pbx-ended', 'over', 'leave-pbx', 'forget'],
  ['relayed', 'expired', 'over', 'leave-pbx', 'forget'],
  ['relayed', 'untold', 'over', 'leave-pbx', 'forget'],
  ['relayed', 'news', 'relayed'],
  ['relayed', 'refreshed', 'relayed'],
  ['relayed', 'unsubscribed', 'relayed'],
  ['relayed', 'called-home', 'relayed'],
  ['fed', 'news', 'fed', 'tell-news'],
  ['fed', 'refreshed', 'fed', 'tell-state'],
  ['fed', 'unsubscribed', 'over', 'tell-timeout', 'forget'],
  ['fed', 'expired', 'over', 'tell-timeout', 'forget'],
  ['fed', 'called-home', 'over', 'tell-deactivated', 'forget'],
  ['fed', 'untold', 'over', 'forget'],
  ['fed', 'pbx-lost', 'fed'],
  ['fed', 'pbx-ended', 'fed'],
]

describe('a subscription', () => {
  test.each(table)('that is %s: %s makes it %s', (name, type, next, ...actions) => {
    expect(nextSubscription({ name }, { type })).toEqual({ state: { name: next }, actions })
  })

  test('that is over stays so', () => {
    for (const type of new Set(table.map(([, event]) => event)))
      expect(nextSubscription({ name: 'over' }, { type })).toEqual({ state: { name: 'over' }, actions: [] })
  })
})
