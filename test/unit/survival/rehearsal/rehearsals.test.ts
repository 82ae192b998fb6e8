import { beforeEach, describe, expect, it } from 'vitest'
import { aor } from '../../../../src/domain/aor.ts'
import type { Binding } from '../../../../src/domain/binding.ts'
import type { Notice } from '../../../../src/domain/notice.ts'
import { FakeClock } from '../../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../../src/lib/log.ts'
import type { CheckResult } from '../../../../src/survival/rehearsal/pass-sheet.ts'
import type { RehearsalOrder } from '../../../../src/survival/rehearsal/rehearsal-order.ts'
import { Rehearsals } from '../../../../src/survival/rehearsal/rehearsals.ts'
import { RehearsedNames } from '../../../../src/survival/rehearsal/rehearsed-names.ts'
import { SheetShelf } from '../../../../src/survival/rehearsal/sheet-shelf.ts'
import { aBinding } from '../../../support/a-binding.ts'

const user = 'sip:201@office.example'
const domain = 'office.example'
const order: RehearsalOrder = { forMs: 60_000, returnWithinMs: 30_000, ring: false, by: 'anna' }
const dialled: CheckResult = {
  check: 'dialling',
  subject: '201',
  outcome: 'pass',
  tookMs: 1,
  text: 'answers',
}

let clock: FakeClock
let values: Map<string, Uint8Array>
let notices: Notice[]
let names: RehearsedNames
let bindings: Binding[]
let needs: { emergencies: number; blocked: string[]; overload: string | undefined; state: string }
let check: (signal: AbortSignal) => Promise<CheckResult>

beforeEach(() => {
  clock = new FakeClock(1_000_000)
  values = new Map()
  notices = []
  names = new RehearsedNames()
  needs = { emergencies: 0, blocked: [], overload: undefined, state: 'normal' }
  bindings = [aBinding({ aor: user, origin: 'pbx', cseq: 1 })]
  check = async () => dialled
})

async function started(): Promise<Rehearsals> {
  const settings = {
    get: async (key: string) => values.get(key),
    set: async (key: string, value: Uint8Array) => void values.set(key, value),
  }
  const rehearsals = new Rehearsals({
    known: {
      pbxs: () => [{ name: 'office', domain, state: needs.state }],
      usersOf: () => [aor('201', domain)],
      usersOfGroup: () => undefined,
      resolve: (name) => name,
      hasPhone: () => true,
      knowsPassword: () => true,
      desk: [],
      most: 50,
    },
    needs: {
      emergencies: () => needs.emergencies,
      blocked: () => needs.blocked,
      overload: () => needs.overload,
    },
    names,
    bindings: () => bindings,
    examination: {
      namesOf: ({ users }) => users,
      run: async (_, onResults, signal) => onResults([await check(signal)]),
    },
    shelf: new SheetShelf(settings, silentLog),
    expirySeconds: 60,
    notices: { send: (notice) => notices.push(notice) },
    clock,
    log: silentLog,
  })
  await rehearsals.start()
  return rehearsals
}

async function begun(): Promise<Rehearsals> {
  const rehearsals = await started()
  expect(await rehearsals.begin(order)).toEqual({ kind: 'begun', id: '1' })
  await settled()
  return rehearsals
}

/** Lets promises that wait for nothing go on. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

async function passes(milliseconds: number): Promise<void> {
  clock.advance(milliseconds)
  await settled()
}

function phoneComes(): void {
  bindings = [aBinding({ aor: user, origin: 'box', cseq: 2, registeredAt: clock.now() })]
}

function phoneGoesHome(): void {
  bindings = [aBinding({ aor: user, origin: 'pbx', cseq: 3, registeredAt: clock.now() })]
}

describe('rehearsals', () => {
  it('have the PBX gone for their users, then back, and file a sheet that says PASS', async () => {
    const rehearsals = await begun()
    expect(names.has(user)).toBe(true)
    await passes(10_000)
    phoneComes()
    await passes(50_000)
    expect(names.has(user)).toBe(false)
    expect(rehearsals.current?.phase).toBe('returning')
    phoneGoesHome()
    await passes(1_000)
    expect(rehearsals.current).toBeUndefined()
    expect(rehearsals.find('1')).toMatchObject({ by: 'anna', phase: 'over', conclusion: 'pass' })
    expect(notices.map(({ event, summary }) => `${event}: ${summary}`)).toEqual([
      'rehearsal: Rehearsal 1 without the PBX office, ordered by anna: PASS: 3 checks',
    ])
    expect(clock.pendingTimers).toBe(0)
  })

  it('say FAIL for a phone that does not come back', async () => {
    const rehearsals = await begun()
    await passes(10_000)
    phoneComes()
    await passes(80_500)
    expect(rehearsals.find('1')).toMatchObject({ conclusion: 'fail' })
    expect(notices[0]?.summary).toContain('FAIL: 1 of 3 checks failed: return 201')
  })

  it.each([
    ['a person stops it', (rehearsals: Rehearsals) => void rehearsals.stopNow('bert'), 'stopped by bert'],
    [
      'somebody calls for help',
      (rehearsals: Rehearsals) => rehearsals.realNeed('a call for help'),
      'a call for help',
    ],
    [
      'the box is full',
      () => Object.assign(needs, { overload: 'the box carries 90 of 100 calls' }),
      'the box carries 90 of 100 calls',
    ],
  ])('end at once when %s', async (_, need, why) => {
    const rehearsals = await begun()
    need(rehearsals)
    await passes(500)
    expect(names.has(user)).toBe(false)
    await passes(30_000)
    expect(rehearsals.find('1')).toMatchObject({ conclusion: 'cut-short', end: { isEarly: true, why } })
  })

  it('end at once when their PBX really fails, and not when another one does', async () => {
    const rehearsals = await begun()
    rehearsals.pbxIsGone('home', 'silence')
    expect(names.has(user)).toBe(true)
    rehearsals.pbxIsGone('office', 'silence')
    expect(names.has(user)).toBe(false)
    await settled()
    expect(rehearsals.find('1')).toMatchObject({
      conclusion: 'cut-short',
      end: { why: 'PBX office is really gone: silence' },
    })
  })

  it('end in time when the clock is set back', async () => {
    const rehearsals = await started()
    await rehearsals.begin(order)
    let setBackMs = 0
    const now = clock.now.bind(clock)
    clock.now = () => now() - setBackMs
    clock.advance(10_000)
    setBackMs = 3_600_000
    clock.advance(51_000)
    expect(names.has(user)).toBe(false)
  })

  it('end before the box does', async () => {
    const rehearsals = await begun()
    await rehearsals.stop()
    expect(names.has(user)).toBe(false)
    expect(rehearsals.find('1')?.end?.why).toBe('the box was stopped')
    expect(await rehearsals.begin(order)).toEqual({ kind: 'refused', why: 'the box is not ready' })
  })

  it('are not gone on with after a crash, and say so', async () => {
    await begun()
    names = new RehearsedNames()
    const rehearsals = await started()
    expect(names.has(user)).toBe(false)
    expect(rehearsals.find('1')).toMatchObject({
      conclusion: 'cut-short',
      end: { why: 'the box was restarted in the middle of it' },
    })
    expect(await rehearsals.begin(order)).toEqual({ kind: 'begun', id: '2' })
  })

  it('remember the last hundred sheets over a restart', async () => {
    const rehearsals = await started()
    for (let count = 0; count < 103; count++) {
      await rehearsals.begin(order)
      rehearsals.stopNow('anna')
      await passes(500)
    }
    const ids = (await started()).recent().map(({ id }) => Number(id))
    expect(ids).toEqual(Array.from({ length: 100 }, (_, index) => 103 - index))
  })

  it('are held one at a time', async () => {
    const rehearsals = await begun()
    expect(await rehearsals.begin(order)).toEqual({ kind: 'refused', why: 'another rehearsal is under way' })
  })

  it.each([
    [
      'the PBX is not well',
      () => Object.assign(needs, { state: 'suspect' }),
      'PBX office is not well: its state is suspect',
    ],
    [
      'somebody calls for help',
      () => Object.assign(needs, { emergencies: 1 }),
      'somebody is calling for help',
    ],
    [
      'a user is blocked',
      () => void needs.blocked.push('user 201'),
      'calls of user 201 are blocked for their cost: settle that first',
    ],
    ['the box is full', () => Object.assign(needs, { overload: 'full' }), 'full'],
  ])('are refused when %s', async (_, need, why) => {
    const rehearsals = await started()
    need()
    expect(await rehearsals.begin(order)).toEqual({ kind: 'refused', why })
    expect(names.has(user)).toBe(false)
  })

  it('say FAIL when the checks were not finished in time, whatever they find later', async () => {
    const late = Promise.withResolvers<CheckResult>()
    check = () => late.promise
    const rehearsals = await begun()
    phoneComes()
    await passes(60_000)
    late.resolve(dialled)
    phoneGoesHome()
    await passes(500)
    const { results = [], conclusion } = rehearsals.find('1') ?? {}
    expect(conclusion).toBe('fail')
    expect(results.filter((result) => result.check === 'dialling').map(({ text }) => text)).toEqual([
      'were not finished when the time was over',
    ])
  })
})
