import { describe, expect, it } from 'vitest'
import { PingOrder } from '../../../src/overlay/membership/ping-order.ts'

const boxes = ['a', 'b', 'c', 'd', 'e', 'f']

describe('the order of pings', () => {
  it('every box is the neighbour of exactly one other', () => {
    const neighbours = boxes.map((self) => {
      const others = boxes.filter((box) => box !== self)
      return new PingOrder(self, Math.random).next(others)
    })
    expect(neighbours.toSorted()).toEqual(boxes)
  })

  it('in between everybody has a turn in each round', () => {
    const order = new PingOrder('c', Math.random)
    const others = boxes.filter((box) => box !== 'c')
    for (let round = 0; round < 3; round++) {
      const pinged = others.map(() => {
        order.next(others)
        return order.next(others)
      })
      expect(pinged.toSorted()).toEqual(others)
    }
  })

  it('who went is not pinged, and nobody is nobody', () => {
    const order = new PingOrder('a', Math.random)
    for (let turn = 0; turn < 4; turn++) order.next(['b', 'c', 'd'])
    for (let turn = 0; turn < 6; turn++) expect(order.next(['d'])).toBe('d')
    expect(order.next([])).toBeUndefined()
    expect(order.next([])).toBeUndefined()
  })
})
