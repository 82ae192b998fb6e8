import { describe, expect, it } from 'vitest'
import { NetworkWatch, type NetworkWatchParts } from '../../../src/gateway/network-watch.ts'
import { sameNetwork } from '../../../src/gateway/same-network.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import type { PbxView } from '../../../src/survival/health/pbx-view.ts'
import { settle } from '../../support/fake-network.ts'

const at = 1_000_000
const silence = {
  ...{ cause: 'silent' as const, startedAt: at, detectedAt: at },
  ...{ endsAt: undefined, holdMs: 30_000 },
}
const office: PbxView = {
  ...{ name: 'office', domain: 'office.example', state: 'survival', since: at, why: 'OPTIONS met silence' },
  outage: silence,
  ...{ lock: undefined, latencyMs: undefined },
}

function heard(address: string, secondsAgo: number) {
  return { source: { transport: 'udp', address, port: 5060 }, registeredAt: at - secondsAgo * 1_000 } as const
}

async function texts(more: Partial<NetworkWatchParts>): Promise<readonly string[]> {
  const clock = new FakeClock(at)
  const watch = new NetworkWatch({
    pbxs: [{ name: 'office', server: '127.0.0.1:5070' }],
    trunkEntries: [],
    watch: { view: () => [office] },
    trunks: { view: () => [] },
    overlays: { all: [] },
    names: { silentSince: undefined, resolveAddresses: async (host) => [host] },
    bindings: { all: () => [] },
    clock,
    ...more,
  })
  await watch.start()
  await settle()
  const faults = watch.faults().map(({ text }) => text)
  await watch.stop()
  expect(clock.pendingTimers).toBe(0)
  return faults
}

describe('what the box knows of the networks around it', () => {
  it('is that phones of the same network were heard while the PBX is silent', async () => {
    const bindings = { all: () => [heard('127.0.0.7', 30)] }
    expect(await texts({ bindings })).toEqual([
      'the PBX office does not answer; other hosts on its network do',
    ])
  })

  it.each([
    ['the PBX itself', heard('127.0.0.1', 1)],
    ['a phone that was heard long ago', heard('127.0.0.7', 100)],
    ['a phone elsewhere', heard('203.0.113.7', 1)],
  ])('is not told by %s', async (_what, binding) => {
    expect(await texts({ bindings: { all: () => [binding] } })).toEqual(['the PBX office does not answer'])
  })

  it.each([
    ['switched away from', { ...office, outage: { ...silence, cause: 'switched' as const } }],
    ['kept away though it answers again', { ...office, outage: { ...silence, endsAt: at + 3_000 } }],
  ])('is nothing bad of a PBX that is %s', async (_what, pbx) => {
    expect(await texts({ watch: { view: () => [pbx] } })).toEqual([])
  })

  it('is that its name leads nowhere', async () => {
    const names = {
      silentSince: undefined,
      resolveAddresses: async () => Promise.reject(new Error('no such host')),
    }
    expect(await texts({ names, pbxs: [{ name: 'office', server: 'pbx.office.example' }] })).toEqual([
      'the PBX office cannot be found: no name server knows its address',
    ])
  })

  it('is which trunks are silent, which refuse, and which are not outside', async () => {
    const trunk = (name: string, fault: 'silent' | 'refused' | undefined) => ({
      name,
      state: { name, state: 'failed' as const, text: '', ...(fault && { fault }) },
      ...{ calls: 0, maxCalls: 1 },
    })
    const trunkEntries = [
      { name: 'a', server: 'sip.carrier.example', asterisk: undefined },
      { name: 'b', server: 'sip.other.example', asterisk: undefined },
      { name: 'lines', server: '192.168.1.9', asterisk: undefined },
    ]
    const watch = { view: () => [] }
    const works = {
      name: 'lines',
      state: { name: 'lines', state: 'good', text: '' },
      calls: 0,
      maxCalls: 1,
    } as const
    const view = (fault: 'silent' | 'refused') => () => [trunk('a', fault), trunk('b', 'silent'), works]
    expect(await texts({ watch, trunkEntries, trunks: { view: view('silent') } })).toEqual([
      'the Internet uplink is down: all trunks are silent',
    ])
    expect(await texts({ watch, trunkEntries, trunks: { view: view('refused') } })).toEqual([
      'trunk a refuses',
      'trunk b does not answer',
    ])
  })

  it('is that name servers are silent, when they are for more than a moment', async () => {
    const names = (silentSince: number) => ({ silentSince, resolveAddresses: async (host: string) => [host] })
    const watch = { view: () => [] }
    expect(await texts({ watch, names: names(at - 5_000) })).toEqual([
      'name server down: names are answered from memory',
    ])
    expect(await texts({ watch, names: names(at - 1_000) })).toEqual([])
  })
})

it.each([
  ['192.0.2.1', '192.0.2.200', true],
  ['192.0.2.1', '192.0.3.1', false],
  ['2001:db8::1', '2001:db8::2:1', true],
  ['2001:db8::1', '2001:db8:0:1::1', false],
])('%s and %s are of one network: %s', (one, other, isSame) => {
  expect(sameNetwork(one, other)).toBe(isSame)
})
