import { expect, test } from 'vitest'
import { sideBySide } from '../../../src/lib/side-by-side.ts'
import { settled } from '../../support/fake-sip-stack.ts'

test('so many at once, the next one when one is done', async () => {
  const gates = new Map<number, () => void>()
  const work = sideBySide(2, [1, 2, 3], (item) => new Promise<void>((resolve) => gates.set(item, resolve)))
  await settled()
  expect([...gates.keys()]).toEqual([1, 2])
  gates.get(2)?.()
  await settled()
  expect([...gates.keys()]).toEqual([1, 2, 3])
  gates.get(1)?.()
  gates.get(3)?.()
  await expect(work).resolves.toBeUndefined()
})

test('the first trouble is told', async () => {
  const work = sideBySide(2, [1, 2], async (item) => {
    if (item === 2) throw new Error('no second')
  })
  await expect(work).rejects.toThrow('no second')
})
