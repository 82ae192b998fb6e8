import { describe, expect, it } from 'vitest'
import type { DnsRecord } from '../../../src/drivers/dns/dns-record.ts'
import { type NameService, publishedBoxes } from '../../../src/drivers/libp2p/published-boxes.ts'
import { SigningKey } from '../../../src/lib/ed25519.ts'
import { peerIdOf } from '../../../src/overlay/protocol/peer-id.ts'

/** Records by `TYPE name`; a name that is not there has none, an error in its place stands for a silent server. */
const dns = (zone: Readonly<Record<string, readonly DnsRecord[] | Error>>): NameService => ({
  records: async ({ name, type }) => {
    const found = zone[`${type} ${name}`] ?? []
    if (found instanceof Error) throw found
    return found
  },
})

const srv = (target: string, port: number, priority = 0): DnsRecord => ({
  ...{ type: 'SRV', target, port, priority, weight: 0 },
})

describe('boxes that a domain publishes', () => {
  it('are hosts by SRV, the best first, with all their addresses', async () => {
    const names = dns({
      'SRV _causeway._tcp.town.example': [srv('b.town.example', 4161, 20), srv('a.town.example', 4160, 10)],
      'A a.town.example': [{ type: 'A', address: '192.0.2.1' }],
      'AAAA a.town.example': [{ type: 'AAAA', address: '2001:db8::1' }],
      'A b.town.example': [{ type: 'A', address: '192.0.2.2' }],
    })
    expect(await publishedBoxes('town.example', names)).toEqual([
      { peer: undefined, addresses: ['/ip6/2001:db8::1/tcp/4160', '/ip4/192.0.2.1/tcp/4160'] },
      { peer: undefined, addresses: ['/ip4/192.0.2.2/tcp/4161'] },
    ])
  })

  it('are boxes by TXT, with the peer id that they must prove', async () => {
    const peer = peerIdOf(SigningKey.generate().publicKey)
    const names = dns({
      'TXT _causeway.town.example': [
        { type: 'TXT', text: `peer=${peer} addr=/ip4/192.0.2.1/tcp/4160 addr=/dns4/a.town.example/tcp/4160` },
        { type: 'TXT', text: 'addr=/ip4/192.0.2.2/tcp/4160' },
        { type: 'TXT', text: 'peer=nonsense addr=/ip4/192.0.2.3/tcp/4160' },
        { type: 'TXT', text: 'v=spf1 -all' },
      ],
      'SRV _causeway._tcp.town.example': new Error('no name server answers'),
    })
    expect(await publishedBoxes('town.example', names)).toEqual([
      { peer, addresses: ['/ip4/192.0.2.1/tcp/4160', '/dns4/a.town.example/tcp/4160'] },
      { peer: undefined, addresses: ['/ip4/192.0.2.2/tcp/4160'] },
    ])
  })

  it('a silent name server is an error, an empty zone is none', async () => {
    const silent = new Error('no name server answers')
    const names = dns({
      'TXT _causeway.town.example': silent,
      'SRV _causeway._tcp.town.example': silent,
    })
    await expect(publishedBoxes('town.example', names)).rejects.toBe(silent)
    expect(await publishedBoxes('other.example', names)).toEqual([])
  })
})
