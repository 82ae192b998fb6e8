import { describe, expect, test } from 'vitest'
import type { CallRecord } from '../../../src/domain/call-record.ts'
import { UserCalls } from '../../../src/subscription/user-calls.ts'
import { aCall } from '../../support/a-call.ts'

const anna = 'sip:201@site-a.example'
const bert = 'sip:202@site-a.example'

function aBoard() {
  const board = new UserCalls((user) => (user.user === '20' ? { ...user, user: '202' } : user))
  const told: string[] = []
  board.onChange((user) => {
    const calls = board.of(user).map(({ direction, state }) => `${direction} ${state}`)
    told.push(`${user.slice(4, 7)}: ${calls.join(', ') || 'nothing'}`)
  })
  return { board, told }
}

const setUp: CallRecord = {
  ...aCall(),
  id: 'c',
  source: 'phone',
  sourceLabel: '201@site-a.example',
  path: undefined,
  target: undefined,
  answeredAt: undefined,
  endedAt: undefined,
  status: 0,
}

describe('who is in which call', () => {
  test('from the first ring to the end', () => {
    const { board, told } = aBoard()
    board.saw(setUp)
    board.rings('c', 'leg-1', bert)
    board.saw({ ...setUp, path: 'phone', target: bert, answeredAt: 5, status: 200 })
    board.over('c')
    expect(told).toEqual([
      '201: initiator trying',
      '201: initiator early',
      '202: recipient early',
      '201: initiator confirmed',
      '202: recipient confirmed',
      '201: nothing',
      '202: nothing',
    ])
    expect([board.of(anna), board.of(bert)]).toEqual([[], []])
  })

  test('a phone that rings in vain rings no longer, and another one that the user has rings on', () => {
    const { board } = aBoard()
    board.saw(setUp)
    board.rings('c', 'leg-1', bert)
    board.rings('c', 'leg-2', '20@site-a.example')
    board.ceased('c', 'leg-1')
    expect(board.of(bert)).toMatchObject([{ state: 'early' }])
    board.ceased('c', 'leg-2')
    expect(board.of(bert)).toEqual([])
  })

  test('of a group only who answers stays in it', () => {
    const { board } = aBoard()
    board.saw({ ...setUp, source: 'trunk', sourceLabel: 'carrier' })
    board.rings('c', 'leg-1', anna)
    board.rings('c', 'leg-2', bert)
    board.saw({ ...setUp, source: 'trunk', path: 'phone', target: bert, answeredAt: 5, status: 200 })
    board.rings('c', 'leg-1', anna) // a 180 that comes late
    expect(board.of(anna)).toEqual([])
    expect(board.of(bert)).toMatchObject([{ direction: 'recipient', state: 'confirmed' }])
  })

  test('a call outside is one of the caller only', () => {
    const { board } = aBoard()
    board.saw({ ...setUp, path: 'trunk', target: 'carrier', answeredAt: 5, status: 200 })
    expect(board.of(anna)).toMatchObject([{ direction: 'initiator', state: 'confirmed' }])
  })

  test('says nothing twice', () => {
    const { board, told } = aBoard()
    board.saw(setUp)
    board.saw(setUp)
    board.over('unknown')
    expect(told).toHaveLength(1)
  })
})
