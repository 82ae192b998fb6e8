import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { talk } from '../../demo/talk.ts'
import { KnotServer } from '../../support/knot-server.ts'
import { NetworkTopology } from '../../support/network-topology.ts'
import { endAll } from './end-all.ts'
import { OverlayBox, type OverlayBoxOptions, village } from './overlay-box.ts'
import { PhoneRoom } from './phone-room.ts'

// One switch and no router: there is no way out, and no default route. The newcomer is let in by `admitting`, which is gone
// after that, and looks for `member` by one way at a time: the other four lead nowhere. Before each way it gets another
// address, so that it cannot be found where it was.

const joinWithinMs = 10_000
const aloneForMs = 3_000
const mdnsPort = 5_353
const nameServer = '10.1.0.53'

const topology = new NetworkTopology()
const lan = topology.switch()
const newHost = (address: string) => {
  const host = topology.host()
  host.plug(lan, `${address}/24`)
  return host
}
const admitting = newBox('10.1.0.1')
const member = newBox('10.1.0.2', { users: ['anna', 'bert'] })
const newcomer = newBox('10.1.0.10', { users: ['clara'] })
const { host } = newcomer
const withOther = (options: Partial<OverlayBoxOptions>) =>
  newBox('10.1.0.10', { host, dataDir: newcomer.process.dataDir, ...options })
const knowingAddress = withOther({ overlay: { bootstrap: [member.multiaddress] } })
const knowingDns = withOther({ nameServers: [nameServer] })

const knot = new KnotServer({
  zones: { [village]: zone() },
  address: nameServer,
  port: 53,
  namespace: newHost(nameServer).namespace.name,
})
const phones = new PhoneRoom(newHost('10.1.0.100'), '10.1.0.100')

beforeAll(async () => {
  await Promise.all([knot.start(), phones.start(), admitting.makeOverlay()])
  await admitting.start()
  for (const box of [member, newcomer]) await box.join(await admitting.invite())
  await member.start()
  host.blockUdp(mdnsPort)
})
afterAll(() => endAll([knowingAddress, knowingDns, newcomer, admitting, member, phones, knot], topology))

describe('a box joins by each way alone', () => {
  test('by the ticket', () => joins(newcomer, 'ticket', admitting))

  describe('the box that let it in is gone', () => {
    beforeAll(async () => {
      admitting.host.cables[0]?.cut()
      await admitting.process.kill()
    })

    test('by what it remembers of an earlier day', async () => {
      host.renumber('eth0', '10.1.0.11/24')
      await joins(newcomer, 'remembered', member)
    })
    test('by an address in the config', async () => {
      forgets()
      host.renumber('eth0', '10.1.0.12/24')
      await joins(knowingAddress, 'config', member)
    })
    test('by the DNS, whose first answer is the box that is gone', async () => {
      forgets()
      host.renumber('eth0', '10.1.0.13/24')
      await joins(knowingDns, 'dns', member)
    })
    test('and by none of them it finds nobody', async () => {
      forgets()
      await newcomer.start()
      await expect(newcomer.hasPeers(1, aloneForMs)).rejects.toThrow('in vain')
      await newcomer.process.end()
    })
    test('by mDNS', async () => {
      host.renumber('eth0', '10.1.0.10/24')
      host.unblockUdp(mdnsPort)
      await joins(newcomer, 'mdns', member)
    })
  })
})

test('without WAN and DNS two boxes on a switch find each other after a power cut, and serve each other', async () => {
  await member.process.kill()
  await Promise.all([member.start(), newcomer.start()])
  const took = await newcomer.meets(await member.peerName(), joinWithinMs)
  const anna = await phones.phone('anna', member)
  const bert = await phones.phone('bert', member)
  const clara = await phones.phone('clara', newcomer)
  const times = [
    await talk(anna, 'bert', bert),
    await talk(anna, 'clara', clara),
    await talk(clara, 'anna', anna),
  ]
  console.log(
    `connected ${seconds(took)} s after the start; answered in ${times.map(Math.round).join(', ')} ms`,
  )
  // A name that only the DNS could know is answered all the same.
  const call = await clara.call('sip:dora@world.example')
  await expect(call.answered(10_000)).rejects.toMatchObject({ status: expect.any(Number) })
})

function newBox(address: string, options: Partial<OverlayBoxOptions> = {}): OverlayBox {
  return new OverlayBox({ address, ...options, host: options.host ?? newHost(address) })
}

async function joins(box: OverlayBox, way: string, to: OverlayBox): Promise<void> {
  const name = await to.peerName()
  const others = [await member.peerName(), name]
  await box.start()
  try {
    const took = await box.meets(name, joinWithinMs)
    console.log(`joined by ${way}, ${seconds(took)} s after the start`)
    const { peers } = await box.state()
    expect(peers.find(({ peerName }) => peerName === name)).toMatchObject({ foundBy: way })
    // By then it has met whom it is to remember.
    for (const other of others) await box.meets(other, joinWithinMs)
  } finally {
    await box.process.end()
  }
}

function forgets(): void {
  rmSync(join(newcomer.process.dataDir, 'overlay', village, 'peers.json'), { force: true })
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1_000).toFixed(1)
}

function zone(): string {
  return `
${village}. 60 SOA ns.${village}. root.${village}. 1 3600 600 86400 30
${village}. 60 NS ns.${village}.
ns.${village}. 60 A ${nameServer}
_causeway._tcp.${village}. 60 SRV 10 0 4160 gone.${village}.
_causeway._tcp.${village}. 60 SRV 20 0 4160 member.${village}.
gone.${village}. 60 A 10.1.0.1
member.${village}. 60 A 10.1.0.2
`
}
