import { expect, it } from 'vitest'
import { TurnoverMap, TurnoverSet } from '../../../src/lib/turnover-map.ts'
import { oldBytesOf } from '../../support/old-bytes.ts'

it('a map shows what was put into it, in order, and nothing else', () => {
  const map = new TurnoverMap<string, number>()
  expect([map.size, [...map]]).toEqual([0, []])
  map.set('a', 1).set('b', 2).set('c', 3)
  expect(map.delete('b')).toBe(true)
  expect(map.delete('b')).toBe(false)
  expect([map.size, map.get('a'), map.get('b'), map.has('c')]).toEqual([2, 1, undefined, true])
  const whole = [
    ['a', 1],
    ['c', 3],
  ]
  expect([...map]).toEqual(whole)
  expect([...map.entries()]).toEqual(whole)
  expect([...map.keys()]).toEqual(['a', 'c'])
  expect([...map.values()]).toEqual([1, 3])
  const seen: unknown[] = []
  map.forEach((value, key) => {
    seen.push([key, value])
  })
  expect(seen).toEqual(whole)
  map.clear()
  expect([map.size, [...map.keys()]]).toEqual([0, []])
  expect([...map.set('d', 4)]).toEqual([['d', 4]])
})

it('a set does so too', () => {
  const set = new TurnoverSet<string>()
  expect([set.size, [...set]]).toEqual([0, []])
  set.add('a').add('b').add('a')
  expect([set.size, set.has('b'), set.has('c')]).toEqual([2, true, false])
  expect([...set.values(), ...set.keys()]).toEqual(['a', 'b', 'a', 'b'])
  expect([...set.entries()]).toEqual([
    ['a', 'a'],
    ['b', 'b'],
  ])
  const seen: string[] = []
  set.forEach((item) => {
    seen.push(item)
  })
  expect(seen).toEqual(['a', 'b'])
  expect(set.delete('a')).toBe(true)
  expect([...set]).toEqual(['b'])
  set.clear()
  expect([set.size, [...set]]).toEqual([0, []])
})

it('what was deleted does not grow old with it, as it does in a Map', async () => {
  const [map, turnoverMap] = [await oldBytesOf('map', 3_000), await oldBytesOf('turnover-map', 3_000)]
  expect(turnoverMap).toBeLessThan(map / 10)
}, 30_000)
