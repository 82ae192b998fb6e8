import { afterAll, beforeAll, expect, test } from 'vitest'
import { NetworkTopology } from '../../support/network-topology.ts'
import type { OutgoingCall } from '../../support/sip/outgoing-call.ts'
import type { SipPhone } from '../../support/sip-phone.ts'
import { within } from '../../support/within.ts'
import { endAll } from './end-all.ts'
import { enrolAll } from './enrol-all.ts'
import { OverlayBox } from './overlay-box.ts'
import { PhoneRoom } from './phone-room.ts'

// Two sites with a LAN each and two ways between them.

const survivedWithinMs = 5_000

const topology = new NetworkTopology()
const fibre = topology.switch()
const radio = topology.switch()
const [near, nearRoom] = newSite(1, 'anna')
const [far, farRoom] = newSite(2, 'clara')
const [cableOfFibre, cableOfRadio] = near.host.cables.slice(1)
let anna: SipPhone
let clara: SipPhone

beforeAll(async () => {
  enrolAll([near, far], ['/ip4/10.8.0.1/tcp/4160', '/ip4/10.9.0.1/tcp/4160'])
  for (const part of [nearRoom, farRoom, near, far]) await part.start()
  await far.hasPeers(1, 20_000)
  anna = await nearRoom.phone('anna', near)
  clara = await farRoom.phone('clara', far)
})
afterAll(() => endAll([near, far, nearRoom, farRoom], topology))

test('an uplink is lost, and then the other: a call that is up goes on', async () => {
  const call = await anna.call('clara')
  await call.answered()
  cableOfRadio?.cut()
  console.log(`the radio is gone: the call goes on after ${await goesOn(call)} ms`)
  cableOfRadio?.mend()
  cableOfFibre?.cut()
  console.log(`the fibre is gone: the call goes on after ${await goesOn(call)} ms`)
  cableOfFibre?.mend()
  await hangsUp(call)
})

test('an address changes: a call that is up goes on', async () => {
  const call = await anna.call('clara')
  await call.answered()
  near.host.renumber('eth1', '10.8.0.31/24')
  near.host.renumber('eth2', '10.9.0.31/24')
  console.log(`other addresses on both uplinks: the call goes on after ${await goesOn(call)} ms`)
  await hangsUp(call)
})

let isHeld = false

/** Milliseconds until a re-INVITE that changes something, sent at once, was answered by the far end's phone. */
async function goesOn(call: OutgoingCall): Promise<number> {
  const began = performance.now()
  isHeld = !isHeld
  const reInvite = call.reInvite(isHeld ? 'sendonly' : 'sendrecv')
  const { status } = await within(2 * survivedWithinMs, 'the answer to a re-INVITE', reInvite)
  const took = Math.round(performance.now() - began)
  expect(status).toBe(200)
  expect(took).toBeLessThan(survivedWithinMs)
  return took
}

async function hangsUp(call: OutgoingCall): Promise<void> {
  const atClara = await clara.nextCall()
  await call.hangUp()
  expect(await atClara.ended()).toBe('far-end')
}

function newSite(number: number, user: string): [OverlayBox, PhoneRoom] {
  const lan = topology.switch()
  const host = topology.host()
  const address = `192.168.${number}.10`
  host.plug(lan, `${address}/24`)
  host.plug(fibre, `10.8.0.${number}/24`)
  host.plug(radio, `10.9.0.${number}/24`)
  const phones = topology.host()
  const phoneAddress = `192.168.${number}.20`
  phones.plug(lan, `${phoneAddress}/24`)
  return [new OverlayBox({ host, address, users: [user] }), new PhoneRoom(phones, phoneAddress)]
}
