import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DnsHopResolver } from '../../../src/drivers/dns/dns-hop-resolver.ts'
import { HostsFile } from '../../../src/drivers/dns/hosts-file.ts'
import { eventually } from '../../contract/overlay/overlay-fixture.ts'
import { TinyNameServer } from '../../support/tiny-name-server.ts'
import { CliBoxes, type RunningBox } from './cli-boxes.ts'

const authority = 'town.example 60 SOA ns.town.example. admin.town.example. 1 60 60 60 1'

describe('a box that knows nobody any more', () => {
  let boxes: CliBoxes
  let server: TinyNameServer
  let names: DnsHopResolver

  beforeEach(async () => {
    boxes = new CliBoxes()
    server = new TinyNameServer('')
    await server.start()
    names = new DnsHopResolver({
      ...{ servers: [server.serverText], timeoutMs: 500, serveStaleSeconds: 60 },
      hostsFile: new HostsFile(''),
    })
  })

  afterEach(async () => {
    await boxes.close()
    await server.stop()
  })

  /** The first box stands elsewhere than when it gave the second one its ticket. */
  const moved = async () => {
    await boxes.type('a', 'create', boxes.domain)
    const before = await boxes.start('a')
    await boxes.type('b', 'join', await boxes.ticket('a'))
    await boxes.stop(before)
    return boxes.start('a')
  }
  const addressOf = (box: string) => {
    const [address = ''] = JSON.parse(readFileSync(boxes.file(box, 'addresses.json'), 'utf8')) as string[]
    return address
  }
  const expectMeeting = async ({ overlay: a }: RunningBox) => {
    const { overlay: b } = await boxes.start('b', names)
    await eventually(() => b.health().connectedPeers === 1 && a.health().connectedPeers === 1)
    expect(b.peers()).toMatchObject([{ peerName: a.peerName, connected: true, foundBy: 'dns' }])
    expect(b.status().bootstrap).toBe('dns')
  }

  it('finds the overlay by the SRV records of its domain', async () => {
    const a = await moved()
    const port = addressOf('a').split('/')[4]
    server.replaceZone(`${authority}
      _causeway._tcp.${boxes.domain} 60 SRV 0 0 ${port} a.${boxes.domain}.
      a.${boxes.domain} 60 A 127.0.0.1`)
    await expectMeeting(a)
  })

  it('finds the overlay by its TXT records', async () => {
    const a = await moved()
    const peer = a.overlay.peerName.split('.')[0]
    server.replaceZone(`${authority}
      _causeway.${boxes.domain} 60 TXT "peer=${peer} addr=${addressOf('a')}"`)
    await expectMeeting(a)
  })
})
