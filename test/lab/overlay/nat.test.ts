import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NatRouterOptions } from '../../support/nat-router.ts'
import type { NetworkHost } from '../../support/network-host.ts'
import { NetworkTopology } from '../../support/network-topology.ts'
import { callerFields, registerFields } from '../../support/sipp-fields.ts'
import { SippRun, type SippStats } from '../../support/sipp-run.ts'
import { eventually } from '../../support/within.ts'
import { endAll } from './end-all.ts'
import { enrolAll } from './enrol-all.ts'
import { OverlayBox, village } from './overlay-box.ts'

// Two boxes with public addresses, and three sites whose boxes nobody can dial. Two of them have the same private
// numbers, as sites do: whoever dials the other's address there reaches himself.

const reachedWithinMs = 30_000
const phonePort = 5070

interface Site {
  readonly box: OverlayBox
  /** Where its phone stands. */
  readonly phone: NetworkHost
  readonly phoneAddress: string
  readonly user: string
}

const topology = new NetworkTopology()
const wan = topology.switch()
const publicBoxes = [newPublicBox('203.0.113.10'), newPublicBox('203.0.113.11')] as const
const sites = {
  near: newSite('near', '203.0.113.101', '192.168.1', 'port-keeping'),
  far: newSite('far', '203.0.113.102', '192.168.1', 'port-keeping'),
  symmetric: newSite('symmetric', '203.0.113.103', '192.168.3', 'symmetric'),
}
const boxes = [...publicBoxes, ...Object.values(sites).map(({ box }) => box)]

beforeAll(async () => {
  enrolAll(
    boxes,
    publicBoxes.map(({ multiaddress }) => multiaddress),
  )
  for (const box of boxes) await box.start()
  await Promise.all(Object.values(sites).map(register))
})
afterAll(() => endAll(boxes, topology))

test('boxes behind NAT meet, through others where nobody can be dialled', async () => {
  const times = await Promise.all(boxes.map((box) => box.hasPeers(boxes.length - 1, reachedWithinMs)))
  console.log(`all five are connected after ${(Math.max(...times) / 1_000).toFixed(1)} s`)
})

test('two NATs that keep ports are punched through, a symmetric one is not', async () => {
  const began = performance.now()
  await eventually(reachedWithinMs, 'a direct path between near and far', async () =>
    [await pathsOf(sites.near), await pathsOf(sites.far)].every(
      (paths) => paths === 'direct direct direct relayed',
    ),
  )
  console.log(`near and far speak directly, ${((performance.now() - began) / 1_000).toFixed(1)} s later`)
  expect(await pathsOf(sites.symmetric)).toBe('direct direct relayed relayed')
})

describe.each([
  ['a site behind NAT', sites.near, sites.far],
  ['a site behind NAT', sites.far, sites.near],
  ['a site behind a symmetric NAT', sites.symmetric, sites.near],
  ['a site behind NAT', sites.far, sites.symmetric],
])('%s calls', (_, caller, callee) => {
  test(`${caller.user} calls ${callee.user}`, async () => {
    const answering = new SippRun({ scenario: 'callee', ...placeOf(callee), port: phonePort })
    await answering.start()
    let called: SippStats
    try {
      called = await call(caller, callee)
    } catch (cause) {
      const decisions = [await caller.box.lastDecision(), await callee.box.lastDecision()]
      throw new Error(decisions.join('\nat the far box:\n'), { cause })
    } finally {
      await answering.end()
    }
    console.log(`answered in ${called.times.map(Math.round).join(', ')} ms`)
    expect(called).toMatchObject({ successful: 3, failed: 0 })
  })
})

/** How a site's box reaches the four others. */
async function pathsOf({ box }: Site): Promise<string> {
  const paths = (await box.connected()).map(({ path }) => path ?? '')
  return paths.toSorted().join(' ')
}

test('a public box dies: the sites behind NAT meet and call through the other', async () => {
  await publicBoxes[0].process.kill()
  const { symmetric, near } = sites
  const began = performance.now()
  await Promise.all([symmetric, near].map(({ box }) => box.hasPeers(boxes.length - 2, reachedWithinMs)))
  const answering = new SippRun({ scenario: 'callee', ...placeOf(near), port: phonePort })
  await answering.start()
  try {
    expect(await call(symmetric, near)).toMatchObject({ successful: 3, failed: 0 })
  } finally {
    await answering.end()
  }
  console.log(`called again ${((performance.now() - began) / 1_000).toFixed(1)} s after the box died`)
})

function call(caller: Site, callee: Site): Promise<SippStats> {
  const fields = [callerFields(caller.user, `secret-${caller.user}`, village, callee.user)]
  return new SippRun({
    scenario: 'caller',
    ...placeOf(caller),
    target: `${caller.box.address}:5060`,
    port: phonePort + 2,
    calls: 3,
    rate: 2,
    holdMs: 300,
    keepsTimes: true,
    fields,
  }).run()
}

async function register(site: Site): Promise<void> {
  await new SippRun({
    scenario: 'register',
    ...placeOf(site),
    target: `${site.box.address}:5060`,
    port: phonePort,
    calls: 1,
    fields: [registerFields(site.user, `secret-${site.user}`, village)],
    keys: { contact_port: String(phonePort), contact_transport: 'udp' },
  }).run()
}

function placeOf({ phone, phoneAddress }: Site): { namespace: string; address: string } {
  return { namespace: phone.namespace.name, address: phoneAddress }
}

function newPublicBox(address: string): OverlayBox {
  const host = topology.host()
  host.plug(wan, `${address}/24`)
  return new OverlayBox({ host, address })
}

function newSite(user: string, outside: string, lan: string, mapping: NatRouterOptions['mapping']): Site {
  const inside = topology.switch()
  topology.router({
    ...{ outside: wan, outsideAddress: `${outside}/24`, inside, mapping },
    insideAddress: `${lan}.1/24`,
  })
  const phone = topology.host()
  const phoneAddress = `${lan}.20`
  phone.plug(inside, `${phoneAddress}/24`)
  const host = topology.host()
  host.plug(inside, `${lan}.10/24`)
  host.routeBy(`${lan}.1`)
  const box = new OverlayBox({ host, address: `${lan}.10`, users: [user] })
  return { box, phone, phoneAddress, user }
}
