import { expect, test } from 'vitest'
import { type SimulationFigures, simulate } from '../../simulate/simulation.ts'
import { readOrder } from '../../simulate/simulation-plan.ts'

// Simulated time may be asserted; how long the machine takes for it may not.
const timeout = 120_000

function simulated(options: string): Promise<SimulationFigures> {
  return simulate(readOrder(options.split(' ')).plan)
}

test('the seed decides everything that happens', { timeout }, async () => {
  const small =
    '--boxes 5 --users 2 --rest 10 --load 5 --lookups 10 --loss 2 --partition 40%/20s --lifetime 60'
  const first = await simulated(`${small} --seed 7`)
  expect(await simulated(`${small} --seed 7`)).toEqual(first)
  const other = await simulated(`${small} --seed 8`)
  expect(other.load.cold).not.toEqual(first.load.cold)
})

test('half of the boxes leave within a minute, and who stayed is found', { timeout }, async () => {
  const { load, holderLosses, exodus } = await simulated(
    '--boxes 12 --users 4 --rest 30 --load 20 --lookups 100 --churn 50%/60s --lifetime 90',
  )
  expect(load.cold).toMatchObject({ success: 1, outcomes: { found: 100, wrong: 0 } })
  expect(load.cold.milliseconds.p95).toBeLessThanOrEqual(300)
  expect(load.again.milliseconds.p95).toBeLessThanOrEqual(1)
  for (const { milliseconds, notMadeAgain } of holderLosses) {
    expect(notMadeAgain).toBe(0)
    expect(milliseconds.most).toBeLessThanOrEqual(30_000)
  }
  expect(exodus).toMatchObject({ left: 6, stayed: 6 })
  expect(exodus?.after.success).toBeGreaterThanOrEqual(0.99)
  expect(exodus?.expired.outcomes).toMatchObject({ 'gone-but-listed': 0, 'gone-and-absent': 24 })
})
