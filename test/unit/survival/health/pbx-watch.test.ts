import { describe, expect, it } from 'vitest'
import { pbxEntry } from '../../../../src/config/sections/pbxs.ts'
import { aor } from '../../../../src/domain/aor.ts'
import { FakeClock } from '../../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../../src/lib/log.ts'
import { type NetworkKnowledge, PbxWatch } from '../../../../src/survival/health/pbx-watch.ts'
import { FakeNetwork, response, settle } from '../../../support/fake-network.ts'

interface Options {
  readonly entry?: Record<string, unknown>
  readonly disk?: Map<string, Uint8Array>
  readonly knowledge?: NetworkKnowledge
  readonly at?: number
}

const killed = response(503, {}, true)

async function watch({ entry = {}, disk = new Map(), knowledge, at = 1_000_000 }: Options = {}) {
  const clock = new FakeClock(at)
  const network = new FakeNetwork()
  const usual = { name: 'main', server: '192.0.2.50:5070', domain: 'pbx.example' }
  const store = {
    get: async (key: string) => disk.get(key),
    set: async (key: string, value: Uint8Array) => void disk.set(key, value),
  }
  const pbxs = new PbxWatch({
    entries: [
      pbxEntry.parse({ ...usual, ...entry }),
      pbxEntry.parse({ ...usual, name: 'other', domain: 'other.example', server: '192.0.2.51' }),
    ],
    stack: network,
    store,
    ...(knowledge && { knowledge }),
    clock,
    log: silentLog,
  })
  const changes: string[] = []
  pbxs.onStateChange(({ name, from, to, why }) => changes.push(`${name}: ${from} → ${to}: ${why}`))
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 100) {
      clock.advance(100)
      await settle()
    }
  }
  const state = () =>
    pbxs
      .view()
      .map((pbx) => pbx.state)
      .join(' ')
  await pbxs.recall()
  const begin = async () => {
    await pbxs.start()
    await settle()
  }
  return { clock, network, pbxs, changes, pass, state, begin }
}

const isOfMain = (request: { uri: string }) => request.uri === 'sip:pbx.example'

describe('the watch over PBXs', () => {
  it('asks by OPTIONS once a second, straight at the server', async () => {
    const { network, pass, begin, pbxs } = await watch()
    await begin()
    await pass(2_000)
    const asked = network.sent.filter(isOfMain)
    expect(asked.map(({ method }) => method)).toEqual(['OPTIONS', 'OPTIONS', 'OPTIONS'])
    expect(asked[0]).toMatchObject({ options: { proxy: 'sip:192.0.2.50:5070;transport=udp' } })
    expect(pbxs.view()[0]).toMatchObject({
      state: 'normal',
      why: 'OPTIONS was answered',
      latencyMs: undefined,
    })
  })

  it.each([
    ['killed', () => killed, 5_000],
    ['frozen or cut off', () => 'silence' as const, 10_000],
    ['overloaded', () => response(503), 5_000],
  ])(
    'notices within bounds that one is %s, by OPTIONS alone and just after one was answered, and no other',
    async (_how, answer, mostMs) => {
      const { network, pass, begin, state } = await watch()
      await begin()
      network.answer = (request) => (isOfMain(request) ? answer() : response(200))
      await pass(mostMs - 100)
      expect(state()).toBe('survival normal')
    },
  )

  it.each([
    ['refused', () => killed],
    ['silent', () => 'silence' as const],
    ['busy', () => response(503)],
  ])('does not take a PBX for gone that was %s for two seconds', async (_how, answer) => {
    const { network, pass, begin, state, changes } = await watch()
    await begin()
    for (let time = 0; time < 5; time++) {
      network.answer = answer
      await pass(2_000)
      network.answer = () => response(200)
      await pass(3_700)
    }
    expect(state()).toBe('normal normal')
    expect(changes.some((change) => change.includes('survival'))).toBe(false)
  })

  it('does not take its own sleep for the silence of the PBX', async () => {
    const { network, clock, begin, changes } = await watch()
    await begin()
    network.answer = () => 'silence'
    // The timers of a process that stood still fire late, and before it reads what has come.
    const late = clock.after.bind(clock)
    clock.after = (ms, action) => late(ms + 3_000, action)
    for (let turn = 0; turn < 10; turn++) {
      clock.advance(5_000)
      await settle()
    }
    expect(changes.filter((change) => change.includes('→ survival'))).toEqual([])
  })

  it('calls a PBX overloaded that answers too late', async () => {
    const { clock, network, pass, begin, pbxs } = await watch()
    await begin()
    const request = network.request.bind(network)
    network.request = async (method, uri, options) => {
      const answer = await request(method, uri, options)
      await new Promise<void>((resolve) => clock.after(1_800, resolve))
      return answer
    }
    await pass(8_000)
    expect(pbxs.view()[0]).toMatchObject({ state: 'survival', outage: { cause: 'overloaded' } })
  })

  it('doubts a PBX that has become slow', async () => {
    const { clock, network, pass, begin, pbxs } = await watch()
    await begin()
    await pass(10_000)
    const request = network.request.bind(network)
    network.request = async (method, uri, options) => {
      const answer = await request(method, uri, options)
      await new Promise<void>((resolve) => clock.after(700, resolve))
      return answer
    }
    await pass(10_000)
    const why = 'OPTIONS was answered much later than usual'
    expect(pbxs.view()[0]).toMatchObject({ state: 'suspect', why, latencyMs: 700 })
  })

  it('asks at once when the manager connection is lost, and again when it is back', async () => {
    const { pbxs, network, changes, pass, begin } = await watch({ entry: { optionsIntervalMs: 60_000 } })
    await begin()
    await pass(1_000)
    const asked = () => network.sent.filter(isOfMain).length
    expect(asked()).toBe(1)
    pbxs.managerSaw('main', false)
    expect(changes.at(-1)).toBe('main: normal → suspect: its manager connection was lost')
    await settle()
    expect(asked()).toBe(2)
    expect(changes.at(-1)).toBe('main: suspect → normal: OPTIONS was answered')
    pbxs.managerSaw('main', true)
    await settle()
    expect(asked()).toBe(3)
  })

  it('asks at once when a call fails', async () => {
    const { pbxs, network, begin, changes } = await watch({ entry: { optionsIntervalMs: 60_000 } })
    await begin()
    network.answer = () => 'silence'
    pbxs.saw('main', 'unreachable')
    expect(changes.at(-1)).toBe('main: normal → suspect: a call did not get through')
    expect(network.sent.filter(isOfMain)).toHaveLength(2)
  })

  it('tells the cause and the first failure with the verdict, the return and the end', async () => {
    const knowledge: NetworkKnowledge = {
      causeOf: () => 'dns',
      faults: () => [{ kind: 'names', about: '', text: 'name server down' }],
    }
    const { clock, network, pass, begin, pbxs } = await watch({ knowledge, entry: { holdDownMs: 500 } })
    const told: unknown[] = []
    pbxs.onStateChange(({ from, to, cause, suspectSince, at, faults }) =>
      told.push([from, to, cause, suspectSince, at === clock.now(), faults]),
    )
    await begin()
    network.answer = (request) => (isOfMain(request) ? killed : response(200))
    await pass(5_000)
    network.answer = () => response(200)
    await pass(5_000)
    const of = ['dns', 1_001_000, true, ['name server down']]
    expect(told.slice(-3)).toEqual([
      ['suspect', 'survival', ...of],
      ['survival', 'returning', ...of],
      ['returning', 'normal', ...of],
    ])
  })

  it.each([
    ['is switched away from', (pbxs: PbxWatch) => pbxs.switchTo('main', 'survival', 'anna'), killed],
    ['is locked away from', (pbxs: PbxWatch) => pbxs.lock('main', 'survival', 60_000, 'anna'), killed],
    ['is overloaded', undefined, 'silence' as const],
  ])('tells once that a PBX has died after it %s', async (_what, order, dead) => {
    const { pbxs, network, pass, begin } = await watch()
    const causes: string[] = []
    pbxs.onCauseChange(({ name, cause }) => causes.push(`${name}: ${cause}`))
    await begin()
    network.answer = (request) => (isOfMain(request) && !order ? response(503) : response(200))
    order?.(pbxs)
    await pass(5_000)
    expect(causes).toEqual([])
    network.answer = (request) => (isOfMain(request) ? dead : response(200))
    await pass(20_000)
    expect(causes).toEqual([`main: ${dead === killed ? 'refused' : 'silent'}`])
    expect(pbxs.view()[0]?.outage?.cause).toBe(dead === killed ? 'refused' : 'silent')
  })

  it('leaves an overloaded PBX alone for as long as it asks', async () => {
    const { network, pass, begin } = await watch()
    await begin()
    network.answer = () => response(503, { 'retry-after': '20 (later)' })
    await pass(5_000)
    const asked = network.sent.length
    await pass(18_000)
    expect(network.sent).toHaveLength(asked)
  })

  it('gives an overloaded PBX back to a share of the users first, each in his turn', async () => {
    const { pbxs, pass, begin, state } = await watch({ entry: { holdDownMs: 60_000 } })
    await begin()
    for (let call = 0; call < 40; call++) {
      pbxs.saw('main', 'unavailable')
      await pass(100)
    }
    expect(state()).toBe('returning normal')
    expect(pbxs.isInCharge('pbx.example', [aor('200', 'pbx.example')])).toBe(false)
    await pass(62_000)
    const users = Array.from({ length: 100 }, (_, index) => aor(String(200 + index), 'pbx.example'))
    const tried = users.filter((user) => pbxs.isInCharge('pbx.example', [user]))
    expect(tried.length).toBeGreaterThan(2)
    expect(tried.length).toBeLessThan(30)
    expect(pbxs.stateOf('pbx.example', tried.slice(0, 1))).toMatchObject({
      state: 'suspect',
      isOnTrial: true,
    })
    expect(tried.filter((user) => pbxs.takesRegistrations('pbx.example', [user]))).toEqual([])
    expect(pbxs.isInCharge('pbx.example')).toBe(false)
    const lucky = new Set(tried)
    for (let turn = 0; turn < 9; turn++) {
      await pass(2_000)
      for (const user of users) if (pbxs.isInCharge('pbx.example', [user])) lucky.add(user)
    }
    expect(lucky.size).toBe(100)
    for (let call = 0; call < 3; call++) pbxs.saw('main', 'answered')
    expect(state()).toBe('normal normal')
    expect(pbxs.takesRegistrations('pbx.example', tried.slice(0, 1))).toBe(true)
  })

  it('finds a PBX by domain, name and address, and keeps stand-in registrations short', async () => {
    const { pbxs } = await watch()
    expect(pbxs.stateOf('pbx.example')?.name).toBe('main')
    expect(pbxs.stateOf('far.example')).toBeUndefined()
    expect(pbxs.named('main')?.domain).toBe('pbx.example')
    expect(pbxs.atHost('192.0.2.50', 5070)?.name).toBe('main')
    expect(pbxs.atHost('192.0.2.50', undefined)).toBeUndefined()
    expect(pbxs.expiryLimit('pbx.example')).toBe(60)
    expect(pbxs.expiryLimit('far.example')).toBeUndefined()
  })

  it('ends with its timers, whatever it still waits for', async () => {
    const { pbxs, clock, network, pass, begin } = await watch()
    await begin()
    network.answer = () => 'silence'
    await pass(1_500)
    await pbxs.stop()
    await settle()
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('a person who knows better', () => {
  it('switches a PBX once, and the watch goes on from there', async () => {
    const { pbxs, begin, pass, changes, state } = await watch()
    await begin()
    expect(pbxs.switchTo('main', 'survival', 'anna')).toBe('done')
    expect(changes.at(-1)).toBe('main: normal → survival: switched to survival by anna')
    await pass(32_000)
    expect(state()).toBe('normal normal')
    expect(pbxs.switchTo('nobody', 'normal', 'anna')).toBe('unknown')
  })

  it('locks a PBX, whatever is seen of it, for a time', async () => {
    const { pbxs, network, begin, pass, state } = await watch()
    await begin()
    expect(pbxs.lock('main', 'normal', 20_000, 'anna')).toBe('done')
    network.answer = (request) => (isOfMain(request) ? killed : response(200))
    await pass(10_000)
    expect(state()).toBe('suspect normal')
    expect(pbxs.isInCharge('pbx.example')).toBe(true)
    expect(pbxs.switchTo('main', 'survival', 'bert')).toBe('locked')
    await pass(11_000)
    expect(state()).toBe('survival normal')
  })

  it('is told why it is locked, whatever changes beneath', async () => {
    const { pbxs, network, begin, pass } = await watch()
    await begin()
    pbxs.lock('main', 'survival', 60_000, 'anna')
    network.answer = (request) => (isOfMain(request) ? killed : response(200))
    await pass(5_000)
    network.answer = () => response(200)
    await pass(3_000)
    expect(pbxs.view()[0]).toMatchObject({ state: 'survival', why: 'locked to survival by anna' })
  })

  it('unlocks it', async () => {
    const { pbxs, begin, changes, state } = await watch()
    await begin()
    pbxs.lock('main', 'survival', 1e12, 'anna')
    expect(state()).toBe('survival normal')
    expect(pbxs.view()[0]).toMatchObject({ outage: { cause: 'switched' }, lock: { by: 'anna' } })
    expect((pbxs.view()[0]?.lock?.until ?? 0) - 1_000_000).toBe(7 * 86_400_000)
    expect(pbxs.unlock('main', 'bert')).toBe('done')
    expect(changes.at(-1)).toBe('main: survival → normal: unlocked by bert')
    expect(pbxs.unlock('main', 'bert')).toBe('not-locked')
  })
})

describe('a box that is restarted', () => {
  it('goes on standing in before it has asked anybody, and holds down for as long as before', async () => {
    const disk = new Map<string, Uint8Array>()
    const before = await watch({ disk })
    await before.begin()
    before.network.answer = (request) => (isOfMain(request) ? killed : response(200))
    await before.pass(6_000)
    expect(before.state()).toBe('survival normal')

    const after = await watch({ disk, at: before.clock.now() + 20_000 })
    expect(after.state()).toBe('survival suspect')
    expect(after.pbxs.isInCharge('pbx.example')).toBe(false)
    expect(after.pbxs.view()[0]).toMatchObject({
      since: before.pbxs.view()[0]?.since,
      outage: { detectedAt: before.pbxs.view()[0]?.outage?.detectedAt },
    })
    await after.begin()
    await after.pass(29_000)
    expect(after.state()).toBe('returning normal')
    await after.pass(2_000)
    expect(after.state()).toBe('normal normal')
  })

  it('believes a PBX sooner that was gone long ago', async () => {
    const disk = new Map<string, Uint8Array>()
    const before = await watch({ disk })
    await before.begin()
    before.network.answer = () => killed
    await before.pass(6_000)
    const after = await watch({ disk, at: before.clock.now() + 86_400_000 })
    expect(after.state()).toBe('survival survival')
    await after.begin()
    await after.pass(3_000)
    expect(after.state()).toBe('normal normal')
  })

  it('knows how fresh an outage of hours is', async () => {
    const disk = new Map<string, Uint8Array>()
    const before = await watch({ disk })
    await before.begin()
    before.network.answer = () => killed
    await before.pass(6_000)
    before.network.answer = () => killed
    for (let minute = 0; minute < 60; minute++) {
      before.clock.advance(60_000)
      await settle()
    }
    const after = await watch({ disk, at: before.clock.now() + 60_000 })
    expect(after.pbxs.view()[0]).toMatchObject({ state: 'survival', outage: { holdMs: 30_000 } })
  })

  it('keeps locks, and starts anew when what was kept cannot be read', async () => {
    const disk = new Map<string, Uint8Array>()
    const before = await watch({ disk })
    await before.begin()
    before.pbxs.lock('main', 'survival', 60_000, 'anna')
    await settle()
    const after = await watch({ disk, at: 1_030_000 })
    await after.begin()
    expect(after.state()).toBe('survival normal')
    await after.pass(31_000)
    expect(after.state()).toBe('normal normal')

    disk.set('survival-state:main', new TextEncoder().encode('?'))
    const fresh = await watch({ disk })
    expect(fresh.state()).toBe('suspect suspect')
  })
})
