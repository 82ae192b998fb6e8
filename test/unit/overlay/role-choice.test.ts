import { describe, expect, it } from 'vitest'
import { chooseRole, type RoleFacts } from '../../../src/overlay/membership/role-choice.ts'

const mebibyte = 2 ** 20
const facts: RoleFacts = {
  wish: 'auto',
  mayBePeer: true,
  reachability: 'direct',
  freeBytes: 1_024 * mebibyte,
  otherPeers: 5,
  copies: 3,
  now: 'peer',
}

describe('the choice of a role', () => {
  it('whoever can stores for others', () => {
    expect(chooseRole(facts)).toEqual({ role: 'peer', reason: 'other boxes reach it' })
    expect(chooseRole({ ...facts, reachability: undefined }).role).toBe('peer')
  })

  it('a box that is reached through others only becomes a client', () => {
    expect(chooseRole({ ...facts, reachability: 'relayed' })).toEqual({
      role: 'client',
      reason: 'other boxes reach it only through a third one',
    })
  })

  it('but not while the others are too few for the copies', () => {
    const choice = chooseRole({ ...facts, reachability: 'relayed', otherPeers: 2 })
    expect(choice).toMatchObject({ role: 'peer', reason: expect.stringContaining('only 2 others') })
  })

  it('a box short of memory becomes a client, and returns when there is plenty', () => {
    const short = { ...facts, freeBytes: 60 * mebibyte }
    expect(chooseRole(short)).toEqual({ role: 'client', reason: 'only 60 MiB of memory are free' })
    expect(chooseRole({ ...facts, freeBytes: 120 * mebibyte, now: 'client' }).role).toBe('client')
    expect(chooseRole({ ...facts, freeBytes: 120 * mebibyte }).role).toBe('peer')
    expect(chooseRole({ ...facts, freeBytes: 300 * mebibyte, now: 'client' }).role).toBe('peer')
  })

  it('the credential has the first word, the config the second', () => {
    expect(chooseRole({ ...facts, mayBePeer: false, wish: 'peer' }).role).toBe('client')
    expect(chooseRole({ ...facts, wish: 'client' })).toEqual({ role: 'client', reason: 'the config says so' })
    expect(chooseRole({ ...facts, wish: 'peer', freeBytes: 0 }).role).toBe('peer')
  })
})
