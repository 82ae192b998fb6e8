import { expect, it } from 'vitest'
import { NoWay, noWayStatus, WayFinder } from '../../../../src/engine/proxy/way-finder.ts'
import type { ListeningPoint } from '../../../../src/engine/transport/flow.ts'
import type { Hop, TransportName } from '../../../../src/engine/transport/hop.ts'
import { FakeClock } from '../../../../src/lib/fake-clock.ts'

const point = (transport: TransportName): ListeningPoint => ({
  transport,
  address: '192.0.2.1',
  port: 5060,
  advertisedHost: 'box.example',
  advertisedPort: 5060,
})
const points = (['udp', 'tcp', 'tls'] as const).map(point)

const hop = (transport: TransportName, address = '198.51.100.7'): Hop => ({
  transport,
  address,
  port: 5060,
  host: 'far.example',
})

function finder(hops: readonly Hop[]) {
  return new WayFinder({
    resolver: { resolve: () => hops },
    transport: {
      listeningPoints: points,
      pointTowards: ({ transport }) => points.find((candidate) => candidate.transport === transport),
    },
    resolveTimeoutMs: 1_000,
    clock: new FakeClock(),
  })
}

it('leads by the listening point of the first hop that can be reached', async () => {
  const way = await finder([hop('wss'), hop('tcp'), hop('udp')]).find('sip:far.example')
  expect(way).toEqual({ hops: [hop('tcp'), hop('udp')], point: points[1] })
})

it('is secure all the way for a sips URI, whatever a Route says (RFC 5630)', async () => {
  const way = await finder([hop('udp'), hop('tls')]).find('sip:far.example', true)
  expect(way.hops).toEqual([hop('tls')])
  expect(() => finder([hop('udp'), hop('tcp')]).find('sip:far.example;transport=udp', true)).toThrow(NoWay)
  expect([noWayStatus('sips:bob@far.example'), noWayStatus('sip:bob@far.example')]).toEqual([480, 503])
})

it('takes a link to another box for secure, which begins on this machine', async () => {
  const link = hop('tcp', '127.0.0.1')
  expect((await finder([link]).find('sip:peer.example', true)).hops).toEqual([link])
})
