import { expect, it } from 'vitest'
import { RecentMap } from '../../../src/lib/recent-map.ts'

it('keeps the last of what was set, in order, within its limit', () => {
  const map = new RecentMap<number>(10)
  for (let n = 0; n < 1_000; n++) {
    map.set(`${n}`, n)
    expect(map.size).toBeLessThanOrEqual(10)
  }
  const kept = [...map.entries()].map(([, value]) => value)
  expect(kept.slice(-5)).toEqual([995, 996, 997, 998, 999])
  expect(map.get('999')).toBe(999)
  expect(map.get('10')).toBeUndefined()
})

it('counts what is set again once, as the latest', () => {
  const map = new RecentMap<string>(4)
  for (const key of ['a', 'b', 'c', 'a', 'd', 'e']) map.set(key, key)
  expect([...map.entries()].map(([key]) => key).slice(-3)).toEqual(['a', 'd', 'e'])
  expect(map.delete('a')).toBe(true)
  expect(map.delete('a')).toBe(false)
  expect(map.get('a')).toBeUndefined()
})
