import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Part } from '../../src/lib/part.ts'
import { NamespaceDoor } from '../support/namespace-door.ts'
import { NetworkTopology } from '../support/network-topology.ts'
import { SipPhone } from '../support/sip-phone.ts'
import { TestBox } from '../support/test-box.ts'
import { TinyCarrier } from '../support/tiny-carrier.ts'
import { eventually } from '../support/within.ts'

const first = '10.40.0.1'
const second = '10.40.0.9'
const office = '10.40.0.2'
const provider = '10.40.0.3'

const topology = new NetworkTopology()
const lan = topology.switch()
const boxHost = topology.host()
const otherHost = topology.host()
const cable = boxHost.plug(lan, `${first}/24`)
otherHost.plug(lan, `${office}/24`)
otherHost.namespace.ip('address', 'add', `${provider}/24`, 'dev', 'eth0')
boxHost.namespace.ip('address', 'flush', 'dev', cable.near.port, 'scope', 'global')
const boxDoor = new NamespaceDoor(boxHost.namespace)
const door = new NamespaceDoor(otherHost.namespace)
const openUdp = (address: string, port: number) => door.openUdp(address, port)
/** Where the phones find the box. */
const server = { host: first, port: 5060 }

const carrier = new TinyCarrier({ listen: { address: provider, port: 5060 }, openUdp })
const phones = ['201', '202'].map(
  (user) =>
    new SipPhone({
      ...{ aor: `${user}@office.test`, password: `secret-${user}`, server, openUdp },
      listen: { address: office },
      answering: 'answer',
    }),
)
const box = new TestBox({
  namespace: boxHost.namespace.name,
  fetch: (url) => boxDoor.fetch(url),
  sipPort: 5060,
  config: {
    sip: { listen: ['sip:*:5060;transport=udp,tcp'], domains: ['office.test'] },
    numbering: { country: 'DE', areaCode: '30' },
    trunks: [
      { name: 'lines', server: `${provider}:5060`, register: true, username: 'box', password: 'secret' },
    ],
    users: ['201', '202'].map((user) => ({ aor: `${user}@office.test`, password: `secret-${user}` })),
  },
})
const started: Part[] = []

beforeAll(async () => {
  for (const part of [boxDoor, door, carrier, ...phones]) {
    await part.start()
    started.push(part)
  }
})

afterAll(async () => {
  await box.stop()
  for (const part of started.reverse()) await part.stop()
  topology.remove()
})

/** A call from the first phone to the second; returns what the second one was told about the box. */
async function call(): Promise<string> {
  const [caller, callee] = phones as [SipPhone, SipPhone]
  const made = await caller.call('202')

  await made.answered()
  const { invite } = await callee.nextCall()
  await made.hangUp()
  return `${invite.topVia.host} ${invite.contacts[0]?.uri}`
}

function registered(at: string): Promise<boolean> {
  return eventually(20_000, `the trunk to be registered from ${at}`, () =>
    carrier.registered?.includes(`@${at}:5060`),
  )
}

it('a box that starts without a network takes its address when it comes, and another one while it runs', async () => {
  await box.start()
  expect(carrier.registered).toBeUndefined()

  boxHost.renumber(cable.near.port, `${first}/24`)
  await registered(first)
  for (const phone of phones) await phone.register()
  expect(await call()).toMatch(/^10\.40\.0\.1 sip:.*10\.40\.0\.1:5060/)

  boxHost.renumber(cable.near.port, `${second}/24`)
  server.host = second
  await registered(second)
  // Nobody has registered again: what the box has promised stays.
  expect(await call()).toMatch(/^10\.40\.0\.9 sip:.*10\.40\.0\.9:5060/)
  for (const phone of phones) await phone.register()
})
