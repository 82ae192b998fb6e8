import { expect, test } from 'vitest'
import { SimulatedTime } from '../../simulate/simulated-time.ts'

test('events come in the order of their time, then of their planning', async () => {
  const time = new SimulatedTime(0)
  const seen: string[] = []
  const plan = (name: string, milliseconds: number) => time.after(milliseconds, () => seen.push(name))
  for (const [place, milliseconds] of [30, 10, 20, 10, 0, 20].entries())
    plan(`${milliseconds} ${place}`, milliseconds)
  await time.advance(20)
  expect(seen).toEqual(['0 4', '10 1', '10 3', '20 2', '20 5'])
  expect(time.now()).toBe(20)
})

test('promises settle between two events of the same moment, however long their chain', async () => {
  const time = new SimulatedTime(0)
  const seen: string[] = []
  time.after(5, () => void afterManyTurns().then(() => seen.push('promise')))
  time.after(5, () => seen.push('event'))
  await time.advance(5)
  expect(seen).toEqual(['promise', 'event'])
})

test('a cancelled event does not happen', async () => {
  const time = new SimulatedTime(0)
  const seen: string[] = []
  time.after(1, () => seen.push('kept'))
  time.after(1, () => seen.push('cancelled')).cancel()
  await time.advance(10)
  expect(seen).toEqual(['kept'])
})

test('waiting for a fact ends when it holds, or when time is over', async () => {
  const time = new SimulatedTime(1_000)
  let isTrue = false
  time.after(120, () => {
    isTrue = true
  })
  expect(await time.until(() => isTrue, 10_000)).toBe(150)
  expect(await time.until(() => false, 500)).toBeUndefined()
})

async function afterManyTurns(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await Promise.resolve()
}
