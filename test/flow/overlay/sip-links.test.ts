import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { duplexPair } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { Libp2pNetwork } from '../../../src/drivers/libp2p/libp2p-network.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import type { LinkEnd } from '../../../src/overlay/overlay.ts'
import { TooManyLinks } from '../../../src/overlay/overlay-errors.ts'
import { SipLinks } from '../../../src/overlay/sip-links.ts'
import { allConnected, closing, eventually, OverlayFixture } from '../../contract/overlay/overlay-fixture.ts'

const limits = { localEnds: 2, connections: 2, connectionsPerPeer: 2, idleMilliseconds: 1_000 }

describe('limits of SIP links', () => {
  const clock = new FakeClock()
  const links = new SipLinks(async () => duplexPair()[0], clock, silentLog, limits)

  afterEach(() => links.close())

  it('an idle local end makes room for another peer, one in use does not', async () => {
    const first = await links.localEnd('a')
    const second = await links.localEnd('b')
    const busy = [await dial(first)]
    await links.localEnd('c')
    await expect(dial(second)).rejects.toThrow('ECONNREFUSED')
    busy.push(await dial(await links.localEnd('c')))
    await expect(links.localEnd('d')).rejects.toBeInstanceOf(TooManyLinks)
    for (const socket of busy) socket.destroy()
  })

  it('a local end that nobody uses is closed after its time', async () => {
    const end = await links.localEnd('a')
    clock.advance(1_000)
    await expect(dial(end)).rejects.toThrow('ECONNREFUSED')
  })

  it('a peer that takes more than its share leaves room for others', async () => {
    const shared = new SipLinks(async () => duplexPair()[0], clock, silentLog, {
      ...{ localEnds: 2, connections: 3, connectionsPerPeer: 2, idleMilliseconds: 1_000 },
    })
    const greedy = await shared.localEnd('a')
    const kept = [await dial(greedy), await dial(greedy)]
    await closing(await dial(greedy))
    const other = await dial(await shared.localEnd('b'))
    await eventually(() => shared.peersInUse().size === 2)
    expect([...shared.peersInUse()].sort()).toEqual(['a', 'b'])
    for (const socket of [...kept, other]) socket.destroy()
    await eventually(() => shared.peersInUse().size === 0)
    await shared.close()
  })

  it('a connection too many is closed at once', async () => {
    const end = await links.localEnd('a')
    const kept = [await dial(end), await dial(end)]
    await closing(await dial(end))
    for (const socket of kept) socket.destroy()
  })

  it('an inbound stream is refused while no SIP engine is known, or it does not listen', async () => {
    const fresh = new SipLinks(async () => duplexPair()[0], clock, silentLog)
    const [, early] = duplexPair()
    const gone = closing(early)
    fresh.accept('a', early)
    await gone
    const nobody = await links.localEnd('a')
    clock.advance(1_000)
    fresh.serveSipAt({ sipAddress: nobody.address, sipPort: nobody.port })
    const [, late] = duplexPair()
    const goneToo = closing(late)
    fresh.accept('a', late)
    await goneToo
    expect(fresh.peerOfLink(nobody.port)).toBeUndefined()
  })
})

describe('a SIP link whose far end does not read', () => {
  const megabyte = 1_048_576
  const most = 64 * megabyte

  it('holds the near end back instead of filling memory, and loses nothing', async () => {
    const fixture = new OverlayFixture(
      async (key) =>
        new Libp2pNetwork({ domain: 'town.example', key, listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false }),
    )
    const sip = createServer({ pauseOnConnect: true })
    sip.listen(0, '127.0.0.1')
    await once(sip, 'listening')
    try {
      const [a, b] = [await fixture.box(), await fixture.box()]
      await allConnected([a, b])
      b.overlay.serveSipAt({ sipAddress: '127.0.0.1', sipPort: (sip.address() as AddressInfo).port })
      const near = await dial(await a.overlay.openLink(b.overlay.peerName))
      const [far] = (await once(sip, 'connection')) as [Socket]
      const part = Buffer.alloc(megabyte / 4, 'x')
      let sent = 0
      let isHeld = false
      while (!isHeld && sent < most) {
        sent += part.length
        if (!near.write(part)) isHeld = !(await drained(near))
      }
      expect(sent).toBeLessThan(most / 2)
      let received = 0
      far.on('data', (data) => {
        received += data.length
      })
      far.resume()
      await eventually(() => received === sent)
      near.destroy()
    } finally {
      await fixture.close()
      sip.close()
    }
  })

  /** Whether the socket takes more within a second. */
  function drained(socket: Socket): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), 1_000)
      socket.once('drain', () => {
        clearTimeout(timer)
        resolve(true)
      })
    })
  }
})

async function dial({ port, address }: LinkEnd): Promise<Socket> {
  const socket = connect(port, address)
  socket.on('error', () => socket.destroy())
  await once(socket, 'connect')
  return socket
}
