import { beforeEach, describe, expect, it } from 'vitest'
import { PeerTable } from '../../../src/overlay/membership/peer-table.ts'

describe('the table of peers', () => {
  let table: PeerTable
  beforeEach(() => {
    table = new PeerTable('self')
  })

  const member = (peer: string) => {
    table.learn(peer, [], 'inbound', 0)
    table.setState(peer, 'greeting', 0)
    table.setState(peer, 'member', 0)
  }
  const placed = () => table.placed().map(({ peer }) => peer)

  it('what others say displaces nothing that a box says itself', () => {
    table.learn('a', ['met'], 'inbound', 0)
    table.said('a', ['own 1', 'own 2'])
    for (let number = 0; number < 50; number++) table.learn('a', [`lie ${number}`], 'peer', 0)
    expect(table.get('a')?.addresses.slice(0, 3)).toEqual(['own 1', 'own 2', 'met'])
    expect(table.get('a')?.addresses.length).toBeLessThanOrEqual(7)
    table.said('a', ['own 3'])
    expect(table.get('a')?.addresses).not.toContain('own 1')
  })

  it('invented boxes keep no real one out, and count as none', () => {
    for (let number = 0; number < 1_000; number++) table.learn(`invented ${number}`, [], 'peer', number)
    expect(table.enrolled()).toEqual([])
    expect(table.all().length).toBeLessThanOrEqual(256)
    for (let number = 0; number < 500; number++) member(`real ${number}`)
    expect(table.members()).toHaveLength(500)
  })

  it('a box that was never met is forgotten in the end, one that was met is not', () => {
    table.learn('rumour', ['x'], 'peer', 0)
    table.learn('later', ['y'], 'peer', 5_000)
    table.learn('met', ['z'], 'peer', 0)
    table.setState('met', 'member', 1)
    table.setState('met', 'away', 2)
    table.forgetHearsay(5_000)
    expect(table.all().map(({ peer }) => peer)).toEqual(['later', 'met'])
  })

  it('strangers have little room, and the oldest is known', () => {
    for (let number = 0; number < 100; number++) {
      table.learn(`stranger ${number}`, [], 'inbound', number)
      table.setState(`stranger ${number}`, 'greeting', number)
    }
    expect(table.all()).toHaveLength(64)
    expect(table.oldestStranger()).toBe('stranger 0')
  })

  it('clients hold no place, unless there are only clients', () => {
    member('a')
    member('b')
    table.setRole('b', 'client')
    expect(placed()).toEqual(['self', 'a'])
    table.setOwnRole('client')
    expect(placed()).toEqual(['a'])
    table.setRole('a', 'client')
    expect(placed()).toEqual(['self'])
  })

  it('a credential for a client makes no peer', () => {
    member('a')
    const known = table.get('a')
    if (known) known.credential = { roles: ['client'] } as unknown as NonNullable<typeof known.credential>
    table.setRole('a', 'peer')
    expect(placed()).toEqual(['self'])
  })

  it('the same array stands for the same members', () => {
    member('a')
    const [members, candidates] = [table.members(), table.placed()]
    table.measured('a', 5)
    table.learn('b', [], 'peer', 0)
    expect(table.members()).toBe(members)
    expect(table.placed()).toBe(candidates)
    member('b')
    expect(table.placed()).not.toBe(candidates)
  })
})
