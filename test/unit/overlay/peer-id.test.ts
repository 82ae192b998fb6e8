import { peerIdFromString } from '@libp2p/peer-id'
import { base36 } from 'multiformats/bases/base36'
import { describe, expect, it } from 'vitest'
import { fromLibp2p, toLibp2p } from '../../../src/drivers/libp2p/libp2p-peer.ts'
import { SigningKey } from '../../../src/lib/ed25519.ts'
import { peerIdOf, publicKeyOf } from '../../../src/overlay/protocol/peer-id.ts'
import { parsePeerName, printPeerName } from '../../../src/overlay/protocol/peer-name.ts'

// An example of the libp2p specification of peer ids, in base58btc
const base58 = '12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA'

describe('peer id', () => {
  const { publicKey } = SigningKey.generate()

  it('is 62 characters of lower case and gives the key back', () => {
    const peer = peerIdOf(publicKey)
    expect(peer).toMatch(/^k[0-9a-z]{61}$/)
    expect(Buffer.from(publicKeyOf(peer) ?? [])).toEqual(Buffer.from(publicKey))
  })

  it('is libp2p’s own id in another alphabet', () => {
    const peer = peerIdOf(publicKey)
    expect(fromLibp2p(toLibp2p(peer))).toBe(peer)
    expect(toLibp2p(peer).toCID().toString(base36)).toBe(peer)
    expect(toLibp2p(fromLibp2p(peerIdFromString(base58)) ?? '').toString()).toBe(base58)
  })

  it('nothing else is a peer id', () => {
    const peer = peerIdOf(publicKey)
    for (const text of [
      '',
      'k',
      peer.slice(0, -1),
      `${peer}0`,
      `z${peer.slice(1)}`,
      base58,
      peer.toUpperCase(),
    ])
      expect(publicKeyOf(text)).toBeUndefined()
  })

  it('a peer name reads back, whatever its case and with a final dot', () => {
    const peerId = peerIdOf(publicKey)
    const name = printPeerName(peerId, 'Town.Example')
    expect(name).toBe(`${peerId}.peer.town.example`)
    expect(parsePeerName(`${name.toUpperCase()}.`)).toEqual({ peerId, domain: 'town.example' })
  })

  it('other hosts are no peer names', () => {
    const peerId = peerIdOf(publicKey)
    for (const host of [
      'town.example',
      `${peerId}.town.example`,
      `${peerId}.peer.`,
      'kxyz.peer.town.example',
    ])
      expect(parsePeerName(host)).toBeUndefined()
  })
})
