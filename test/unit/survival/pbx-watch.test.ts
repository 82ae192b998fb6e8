import { describe, expect, it } from 'vitest'
import { pbxEntry } from '../../../src/config/sections/pbxs.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { PbxWatch } from '../../../src/survival/pbx-watch.ts'
import { FakeNetwork, response, settle } from '../../support/fake-network.ts'

function watch(more: Record<string, unknown> = {}) {
  const clock = new FakeClock(1_000_000)
  const network = new FakeNetwork()
  const entry = pbxEntry.parse({ name: 'main', server: '192.0.2.50:5070', domain: 'pbx.example', ...more })
  const pbxs = new PbxWatch({ entries: [entry], stack: network, clock, log: silentLog })
  const changes: string[] = []
  pbxs.onStateChange(({ from, to, why }) => changes.push(`${from} → ${to}: ${why}`))
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 100) {
      clock.advance(100)
      await settle()
    }
  }
  return { clock, network, pbxs, changes, pass }
}

describe('the watch over a PBX', () => {
  it('asks by OPTIONS at its interval, straight at the server', async () => {
    const { pbxs, network, pass } = watch()
    await pbxs.start()
    await settle()
    await pass(4_000)
    expect(network.methods()).toEqual(['OPTIONS', 'OPTIONS', 'OPTIONS'])
    expect(network.sent[0]).toMatchObject({
      uri: 'sip:pbx.example',
      options: { proxy: 'sip:192.0.2.50:5070;transport=udp' },
    })
    expect(pbxs.view()).toMatchObject([{ name: 'main', state: 'normal', why: 'OPTIONS was answered' }])
  })

  it.each([
    ['killed (its host refuses)', response(503, {}, true), 2_500],
    ['frozen or cut off (silence)', 'silence' as const, 6_000],
    ['overloaded (503)', response(503), 3_000],
  ])('notices within bounds that it is %s', async (_how, answer, mostMs) => {
    const { pbxs, network, pass } = watch()
    await pbxs.start()
    await settle()
    expect(pbxs.isInCharge('pbx.example')).toBe(true)
    network.answer = () => answer
    await pass(mostMs)
    expect(pbxs.stateOf('pbx.example')?.state).toBe('survival')
    expect(pbxs.isInCharge('pbx.example')).toBe(false)
  })

  it('asks at once when the manager connection is lost, and again when it is back', async () => {
    const { pbxs, network, changes, pass } = watch({ optionsIntervalMs: 60_000 })
    await pbxs.start()
    await settle()
    await pass(1_000)
    pbxs.managerSaw('main', false)
    expect(changes.at(-1)).toBe('normal → suspect: its manager connection was lost')
    await settle()
    expect(network.methods()).toHaveLength(2)
    expect(changes.at(-1)).toBe('suspect → normal: OPTIONS was answered')
    pbxs.managerSaw('main', true)
    await settle()
    expect(network.methods()).toHaveLength(3)
  })

  it('notices by calls alone, and tells why', async () => {
    const { pbxs, changes } = watch()
    await pbxs.start()
    await settle()
    pbxs.saw('main', 'unreachable')
    pbxs.saw('main', 'timeout')
    expect(changes).toEqual([
      'suspect → normal: OPTIONS was answered',
      'normal → suspect: a request did not get through',
      'suspect → survival: a request met silence',
    ])
  })

  it('comes back after hold-down and three answers', async () => {
    const { pbxs, network, changes, pass } = watch()
    network.answer = () => response(503, {}, true)
    await pbxs.start()
    await pass(1_000)
    network.answer = () => response(200)
    await pass(12_000)
    expect(changes).toEqual([
      'suspect → survival: OPTIONS did not get through',
      'survival → returning: OPTIONS was answered',
      'returning → normal: OPTIONS was answered',
    ])
  })

  it('stays in one outage while a link flips every two seconds', async () => {
    const { pbxs, network, changes, pass } = watch()
    await pbxs.start()
    await pass(2_000)
    for (let flip = 0; flip < 20; flip++) {
      network.answer = () => (flip % 2 === 0 ? response(503, {}, true) : response(200))
      await pass(2_000)
    }
    expect(changes.filter((change) => change.includes('→ survival: ')).length).toBeGreaterThan(0)
    expect(changes.filter((change) => change.startsWith('returning → normal'))).toHaveLength(0)
  })

  it('finds a PBX by domain, name and address, and keeps stand-in registrations short', () => {
    const { pbxs } = watch()
    expect(pbxs.stateOf('pbx.example')?.name).toBe('main')
    expect(pbxs.stateOf('far.example')).toBeUndefined()
    expect(pbxs.named('main')?.domain).toBe('pbx.example')
    expect(pbxs.atHost('192.0.2.50', 5070)?.name).toBe('main')
    expect(pbxs.atHost('192.0.2.50', undefined)).toBeUndefined()
    expect(pbxs.expiryLimit('pbx.example')).toBe(60)
    expect(pbxs.expiryLimit('far.example')).toBeUndefined()
  })

  it('ends with its timers', async () => {
    const { pbxs, clock, pass } = watch()
    await pbxs.start()
    await pass(500)
    await pbxs.stop()
    expect(clock.pendingTimers).toBe(0)
  })
})
