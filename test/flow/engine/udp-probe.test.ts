import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { defaultTransportSettings } from '../../../src/engine/transport/transport-settings.ts'
import type { UdpFlow } from '../../../src/engine/transport/udp-flow.ts'
import { UdpProbe } from '../../../src/engine/transport/udp-probe.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { eventually } from '../../support/within.ts'
import { closingAfterEach } from './running-transport.ts'

const cleanUp = closingAfterEach()
const address = '127.0.0.1'

async function bound(options: { readonly reusePort?: boolean } = {}): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', ...options }).bind({ port: 0, address, exclusive: true })
  await once(socket, 'listening')
  cleanUp.push(() => socket.close())
  return socket
}

it('what others send while a dead destination is being probed is heard', async () => {
  const own = await bound({ reusePort: true })
  const others = await Promise.all(Array.from({ length: 20 }, () => bound()))
  const dead = createSocket('udp4').bind({ port: 0, address })
  await once(dead, 'listening')
  const { port: remotePort } = dead.address()
  dead.close()
  const heard: number[] = []
  const receive = (_: Buffer, { port }: { readonly port: number }) => heard.push(port)
  own.on('message', receive)
  const { port } = own.address()
  const flow = { listeningPoint: { address, port }, remoteAddress: address, remotePort, nextProbeAt: 0 }
  const probed = { ...flow, canBeProbed: true, isWatched: false, hasAnswered: false, receive }
  const clock = new FakeClock()
  let refusals = 0
  const probe = new UdpProbe(defaultTransportSettings, clock, () => refusals++)
  cleanUp.push(() => probe.stop())

  probe.expectAnswer(probed as unknown as UdpFlow)
  clock.advance(2 * defaultTransportSettings.probeAfterMs)
  // In the same turn: these reach the port when the probe is bound to it and not yet connected.
  for (const other of others) other.send('a datagram', port, address)

  await eventually(2_000, 'the refusal', () => refusals === 1)
  await eventually(2_000, 'all datagrams', () => heard.length === others.length)
  expect(heard.toSorted()).toEqual(others.map((other) => other.address().port).toSorted())
})
