import { expect, test } from 'vitest'
import type { SrvRecord } from '../../../src/drivers/dns/dns-record.ts'
import { inSrvOrder } from '../../../src/drivers/dns/srv-order.ts'

const record = (priority: number, weight: number, target: string): SrvRecord => ({
  type: 'SRV',
  priority,
  weight,
  port: 5060,
  target,
})

test('the lowest priority goes first whatever the weights', () => {
  const drawn = inSrvOrder([record(20, 100, 'b'), record(10, 0, 'a')], () => 0.99)
  expect(drawn.map(({ target }) => target)).toEqual(['a', 'b'])
})

test.each([
  [0, 'zero'],
  [0.25, 'light'],
  [0.26, 'heavy'],
  [0.99, 'heavy'],
])('of weights 25, 75 and 0, random %f draws the one that is %s', (random, first) => {
  const records = [record(1, 25, 'light'), record(1, 75, 'heavy'), record(1, 0, 'zero')]
  expect(inSrvOrder(records, () => random)[0]?.target).toBe(first)
})

test('what is drawn is not drawn again, whatever the weights', () => {
  const records = [record(1, 0, 'a'), record(1, 0, 'b'), record(1, 5, 'c')]
  const drawn = inSrvOrder(records, () => 0.5)
  expect(drawn.map(({ target }) => target).sort()).toEqual(['a', 'b', 'c'])
})
