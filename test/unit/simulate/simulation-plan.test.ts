import { expect, test } from 'vitest'
import { readOrder } from '../../simulate/simulation-plan.ts'

test('percentages become shares', () => {
  const { plan } = readOrder(['--loss', '1', '--jitter', '20', '--partition', '40%/90s'])
  expect(plan).toMatchObject({ loss: 0.01, jitter: 0.2, partition: { share: 0.4, seconds: 90 } })
})

test('boxes leave for good, or come and go', () => {
  expect(readOrder(['--churn', '50%/60s']).plan.churn).toEqual({ kind: 'exodus', share: 0.5, seconds: 60 })
  expect(readOrder(['--churn', '6/min']).plan.churn).toEqual({ kind: 'turnover', departuresPerMinute: 6 })
})

test.each([
  [['--boxes', 'many'], '--boxes is a number from 2 to 500, not "many"'],
  [['--churn', '50'], '--churn is written like 50%/60s, not "50"'],
  [['--leave', 'angrily'], '--leave is stopped, killed, vanished or mixed, not "angrily"'],
  [['--box', '3'], "Unknown option '--box'"],
])('%j is refused by name', (args, message) => {
  expect(() => readOrder(args)).toThrow(message)
})
