import { describe, expect, it } from 'vitest'
import { NewsBoard } from '../../../src/overlay/membership/news-board.ts'
import { hereNews, mostNewsPerMessage, type PeerNews } from '../../../src/overlay/membership/peer-news.ts'

const doubt = (peer: string, id = 1): PeerNews => ({ what: 'doubt', peer, id })

describe('the news board', () => {
  it('tells each item about three times for every doubling of the boxes, and then no more', () => {
    const tellings = (peers: number) => {
      const board = new NewsBoard()
      board.post(doubt('a'))
      let count = 0
      while (board.take(peers).length > 0) count++
      return count
    }
    expect([1, 10, 200].map(tellings)).toEqual([6, 12, 24])
  })

  it('takes an item once, however often it comes back', () => {
    const board = new NewsBoard()
    expect(board.post(doubt('a', 7))).toBe(true)
    while (board.take(1).length > 0);
    expect(board.post(doubt('a', 7))).toBe(false)
    expect(board.take(1)).toEqual([])
    expect(board.post(doubt('a', 8))).toBe(true)
  })

  it("a box's later word replaces the earlier one, and never the other way", () => {
    const board = new NewsBoard()
    board.post(hereNews('a', 20, ['new']))
    expect(board.post(hereNews('a', 10, ['old']))).toBe(false)
    expect(board.post(hereNews('a', 30, ['newest']))).toBe(true)
    expect(board.take(5)).toEqual([hereNews('a', 30, ['newest'])])
  })

  it('a message carries what was told least, and not more than fits', () => {
    const board = new NewsBoard()
    for (let number = 0; number < 20; number++) board.post(doubt(`peer ${number}`))
    const first = board.take(8).map(({ peer }) => peer)
    const second = board.take(8).map(({ peer }) => peer)
    expect(first).toHaveLength(mostNewsPerMessage)
    expect(new Set([...first, ...second]).size).toBe(20)
  })

  it('is fresh until the first few tellings', () => {
    const board = new NewsBoard()
    board.post(doubt('a'))
    for (let told = 0; told < 4; told++) {
      expect(board.isFresh).toBe(true)
      board.take(50)
    }
    expect(board.isFresh).toBe(false)
  })

  it('a flood of news stays within bounds', () => {
    const board = new NewsBoard()
    for (let number = 0; number < 2_000; number++) board.post(doubt(`peer ${number}`))
    const told = new Set<string>()
    for (let round = 0; round < 2_000; round++) for (const { peer } of board.take(1)) told.add(peer)
    expect(told.size).toBeLessThanOrEqual(512)
  })
})
