import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { duplexPair } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import type { LinkEnd } from '../../../src/overlay/overlay.ts'
import { TooManyLinks } from '../../../src/overlay/overlay-errors.ts'
import { SipLinks } from '../../../src/overlay/sip-links.ts'
import { closing } from '../../contract/overlay/overlay-fixture.ts'

const limits = { localEnds: 2, connections: 2, connectionsPerPeer: 2, idleMilliseconds: 1_000 }

describe('limits of SIP links', () => {
  const clock = new FakeClock()
  const links = new SipLinks(async () => duplexPair()[0], clock, silentLog, limits)

  afterEach(() => links.close())

  const dial = async ({ port, address }: LinkEnd): Promise<Socket> => {
    const socket = connect(port, address)
    await once(socket, 'connect')
    return socket
  }

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
