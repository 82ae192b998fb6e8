import { expect, test } from 'vitest'
import { losing, noisyLine } from '../../support/line-faults.ts'

const thousand = Array.from({ length: 1_000 }, () => 'OPTIONS')

test('a noisy line loses, doubles and holds back about as many as it was told', () => {
  const line = noisyLine({ seed: 1, loss: 0.05, duplication: 0.05, reordering: 0.1, holdMs: 40 })
  const fates = thousand.map(line)
  const delays = fates.flat()
  expect(fates.filter(({ length }) => length === 0).length).toBeGreaterThan(30)
  expect(fates.filter(({ length }) => length === 0).length).toBeLessThan(70)
  expect(fates.filter(({ length }) => length === 2).length).toBeGreaterThan(30)
  expect(delays.filter((delay) => delay > 0).length).toBeGreaterThan(70)
  expect(Math.max(...delays)).toBeLessThanOrEqual(40)
})

test('the same seed makes the same line, another one another', () => {
  const noise = { loss: 0.2, duplication: 0.2, reordering: 0.2 }
  const fates = (seed: number) => thousand.map(noisyLine({ ...noise, seed }))
  expect(fates(7)).toEqual(fates(7))
  expect(fates(7)).not.toEqual(fates(8))
})

test('a line that loses the first two answers lets everything else pass', () => {
  const line = losing(/^SIP\/2\.0 200/, 2)
  const sent = ['INVITE', 'SIP/2.0 200 OK', 'SIP/2.0 180', 'SIP/2.0 200 OK', 'SIP/2.0 200 OK']
  expect(sent.map(line)).toEqual([[0], [], [0], [], [0]])
})
