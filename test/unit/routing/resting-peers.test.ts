import { expect, it } from 'vitest'
import { RestingPeers } from '../../../src/routing/resting-peers.ts'

it('a box that fails a call rests for a minute, or until one goes well', () => {
  const peers = new RestingPeers()
  const isResting = (at: number) => peers.has('b.peer.town.example', at)
  peers.saw('b.peer.town.example', 503, 1_000)
  expect([isResting(1_000), isResting(60_999), isResting(61_000)]).toEqual([true, true, false])
  peers.saw('b.peer.town.example', 408, 70_000)
  peers.saw('b.peer.town.example', 200, 71_000)
  expect(isResting(71_000)).toBe(false)
})

it('a refusal and a wrong number say nothing against the box', () => {
  const peers = new RestingPeers()
  for (const status of [403, 404, 486, 480, 603]) peers.saw('b.peer.town.example', status, 0)
  expect(peers.has('b.peer.town.example', 0)).toBe(false)
})
