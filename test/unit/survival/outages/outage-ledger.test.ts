import { beforeEach, describe, expect, it } from 'vitest'
import type { CallRecord } from '../../../../src/domain/call-record.ts'
import type { Notice } from '../../../../src/domain/notice.ts'
import { FakeClock } from '../../../../src/lib/fake-clock.ts'
import type {
  LedgerParts,
  LedgerPbx,
  LedgerPbxChange,
} from '../../../../src/survival/outages/ledger-parts.ts'
import { OutageLedger } from '../../../../src/survival/outages/outage-ledger.ts'
import type { SitePhone } from '../../../../src/survival/outages/phone-roll.ts'
import { aCall } from '../../../support/a-call.ts'
import { CollectedLog } from '../../../support/collected-log.ts'
import { MemoryOutageStore } from '../../../support/memory-outage-store.ts'
import { MemoryCallStore } from '../../../support/memory-record-stores.ts'

const domain = 'office.example'
const office = { name: 'office', domain }
const start = Date.UTC(2026, 10, 21, 23, 10, 0)
const homeWithinMs = 900_000

function phone(user: string, isAtPbx: boolean): SitePhone {
  return {
    ...{ aor: `sip:${user}@${domain}`, device: 'one', userAgent: 'Snom' },
    ...{ address: '192.0.2.1', port: 5060 },
    ...{ lastSeen: start, isAtPbx },
  }
}

/** A box that can be killed: what is on disk stays. */
class Desk {
  readonly clock = new FakeClock(start)
  readonly store = new MemoryOutageStore()
  readonly archive = new MemoryCallStore()
  readonly notices: Notice[] = []
  phones: SitePhone[] = [phone('201', true), phone('202', true)]
  active: CallRecord[] = []
  recent: CallRecord[] = []
  state: LedgerPbx['state'] = 'normal'
  #tell: (change: LedgerPbxChange) => void = () => undefined

  ledger(): OutageLedger {
    const parts: LedgerParts = {
      store: this.store,
      pbxs: {
        view: () => [
          { ...office, state: this.state, since: this.clock.now(), why: 'silence', outage: undefined },
        ],
        onStateChange: (listener) => {
          this.#tell = listener
        },
      },
      phonesOf: () => this.phones,
      calls: { active: () => this.active, recent: () => this.recent },
      archive: this.archive,
      facts: { isGroup: () => false, ownerOf: () => undefined },
      notices: { send: (notice) => this.notices.push(notice) },
      homeWithinMs,
      clock: this.clock,
      log: new CollectedLog(),
    }
    return new OutageLedger(parts)
  }

  pbxIs(to: LedgerPbx['state'], more: Partial<LedgerPbxChange> = {}): void {
    this.state = to
    const usual = {
      why: 'OPTIONS met silence',
      cause: 'silent',
      suspectSince: undefined,
      faults: [],
    } as const
    this.#tell({ ...office, to, ...usual, at: this.clock.now(), ...more })
  }

  call(id: string, more: Partial<CallRecord> = {}): CallRecord {
    const [from, to] = [`sip:201@${domain}`, `sip:202@${domain}`]
    return aCall({ id, callId: `call-${id}`, from, to, startedAt: this.clock.now(), ...more })
  }
}

let desk: Desk

beforeEach(() => {
  desk = new Desk()
})

async function begun(): Promise<OutageLedger> {
  const ledger = desk.ledger()
  await ledger.start()
  return ledger
}

async function newest(ledger: OutageLedger) {
  const [report] = await ledger.list(10)
  if (!report) throw new Error('there is no report')
  return report
}

/** What was to be stored is. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

function served(ledger: OutageLedger, id: string): void {
  const call = desk.call(id, { path: 'phone', target: `sip:202@${domain}`, status: 180 })
  ledger.callChanged(call)
  const answered = { ...call, status: 200, answeredAt: desk.clock.now() }
  ledger.callChanged(answered)
  ledger.callEnded({ ...answered, endedAt: desk.clock.now() })
}

function failed(ledger: OutageLedger, id: string): void {
  const cause = 'nobody here has this name'
  ledger.callEnded(desk.call(id, { status: 404, cause, endedBy: 'box', endedAt: desk.clock.now() }))
}

describe('the ledger of outages', () => {
  it('reports an outage from its first failure until all phones are home', async () => {
    const ledger = await begun()
    desk.clock.advance(3_000)
    desk.pbxIs('survival', { suspectSince: start, faults: ['the PBX office does not answer'] })
    desk.clock.advance(500)
    served(ledger, 'a')
    served(ledger, 'b')
    failed(ledger, 'c')
    ledger.registered({ user: '201', domain }, 'accepted')
    desk.phones = [phone('201', false), phone('202', false)]
    desk.clock.advance(4_000)
    desk.pbxIs('returning')
    desk.pbxIs('normal')
    expect((await newest(ledger)).stage).toBe('coming-home')
    desk.phones = [phone('201', true), phone('202', true)]
    desk.clock.advance(2_000)

    const report = await newest(ledger)
    expect(report).toMatchObject({
      id: 'office-20261121-231003',
      ...{ stage: 'closed', cause: 'silent', startedAt: start, detectedAt: start + 3_000 },
      ...{ firstServedAt: start + 3_500, endedAt: start + 7_500, allHomeAt: start + 9_000 },
      served: { extension: 2 },
      failed: { 'no such number': 1 },
      failedCalls: [{ id: 'c', callId: 'call-c', status: 404 }],
      registrations: { accepted: 1, refused: 0, onGrace: 0 },
      phones: { known: 2, moved: 2, home: 2, away: 0 },
      faults: ['the PBX office does not answer'],
    })
    await settled()
    desk.clock.advance(2_000)
    expect(await desk.store.find(report.id)).toEqual(report)
    expect(desk.clock.pendingTimers).toBe(0)
  })

  it('tells people when it begins, when the PBX is back, and when the phones are', async () => {
    await begun()
    desk.pbxIs('survival')
    desk.clock.advance(60_000)
    desk.pbxIs('normal')
    desk.clock.advance(2_000)
    expect(desk.notices.map(({ event, facts }) => [event, facts.phase])).toEqual([
      ['outage', 'began'],
      ['outage', 'returned'],
      ['outage', 'closed'],
    ])
    expect(desk.notices[1]?.summary).toContain('is back after 1 min')
    expect(desk.notices[1]?.facts.report).toContain('Outage of the PBX office')
  })

  it('names the phones that do not come back, and waits for them no longer than it should', async () => {
    const ledger = await begun()
    desk.pbxIs('survival')
    desk.phones = [phone('201', false), phone('202', false)]
    desk.clock.advance(10_000)
    desk.pbxIs('normal')
    desk.phones = [phone('201', true)]
    desk.clock.advance(homeWithinMs - 10_000)
    expect((await newest(ledger)).stage).toBe('coming-home')
    desk.clock.advance(20_000)
    const report = await newest(ledger)
    expect(report).toMatchObject({ stage: 'closed', allHomeAt: undefined, phones: { away: 1, home: 1 } })
    expect(report.phones.awayList.map(({ aor }) => aor)).toEqual([`sip:202@${domain}`])
  })

  it('counts what was up and what had failed when the PBX was found to be gone', async () => {
    const ledger = await begun()
    desk.active = [desk.call('up', { answeredAt: start }), desk.call('rings')]
    const attempts = [{ path: 'pbx' as const, target: 'office', status: 503, tookMs: 1 }]
    const end = { endedAt: start + 1_000, status: 503, endedBy: 'box' as const, attempts }
    desk.recent = [
      desk.call('lost', end),
      desk.call('never there', { ...end, attempts: [] }),
      desk.call('older', { ...end, endedAt: start - 1 }),
    ]
    desk.clock.advance(3_000)
    desk.pbxIs('survival', { suspectSince: start })
    ledger.callEnded(desk.call('up', { answeredAt: start, endedAt: start + 4_000 }))
    expect(await newest(ledger)).toMatchObject({
      ...{ upAtVerdict: 1, peakCalls: 1, failedBefore: 1, served: {} },
    })
  })

  it('counts calls that were cut off with the PBX, and not those that were rescued', async () => {
    const ledger = await begun()
    const up = ['a', 'b', 'c', 'd'].map((id) => desk.call(id, { answeredAt: start }))
    desk.active = up
    desk.pbxIs('survival')
    for (const call of up.slice(0, 3)) ledger.callEnded({ ...call, endedAt: start, endedBy: 'box' })
    const joined = desk.call('joined', { answeredAt: start, path: 'phone', rescuedFrom: ['a', 'b'] })
    ledger.callChanged(joined)
    ledger.callEnded({ ...joined, endedAt: start, endedBy: 'box' })
    expect(await newest(ledger)).toMatchObject({ upAtVerdict: 4, cut: 1, served: { rescued: 1 } })
  })

  it('is one outage while the PBX comes and goes', async () => {
    const ledger = await begun()
    desk.pbxIs('survival')
    desk.pbxIs('returning')
    desk.pbxIs('survival', { faults: ['the Internet uplink is down'] })
    expect(await ledger.list(10)).toHaveLength(1)
    expect((await newest(ledger)).faults).toEqual(['the Internet uplink is down'])
  })

  it('closes the report of the last outage when the PBX is gone again', async () => {
    const ledger = await begun()
    desk.pbxIs('survival')
    desk.phones = [phone('201', false)]
    desk.clock.advance(10_000)
    desk.pbxIs('normal')
    desk.clock.advance(10_000)
    desk.pbxIs('survival')
    const [second, first] = await ledger.list(10)
    expect(second?.stage).toBe('standing-in')
    expect(first).toMatchObject({ stage: 'closed', notes: [expect.stringContaining('gone again')] })
  })

  it('reports a rehearsal as one, of its users alone, and tells nobody', async () => {
    const ledger = await begun()
    const users = new Set([`sip:202@${domain}`])
    ledger.rehearsalBegan({ pbx: 'office', domain, users, why: 'rehearsed by anna' })
    served(ledger, 'a')
    ledger.callEnded(desk.call('b', { to: `sip:203@${domain}`, status: 404, endedAt: start }))
    ledger.registered({ user: '201', domain }, 'accepted')
    ledger.rehearsalEnded('office')
    expect(await newest(ledger)).toMatchObject({
      ...{ id: 'rehearsal-office-20261121-231000', cause: 'rehearsal', endedAt: start },
      ...{ served: { extension: 1 }, failed: {}, registrations: { accepted: 0 }, phones: { known: 1 } },
    })
    expect(desk.notices).toEqual([])
  })
})

describe('the ledger after kill -9', () => {
  it('goes on with the same report, and counts the calls that only their records tell of', async () => {
    const before = await begun()
    desk.pbxIs('survival')
    served(before, 'a')
    desk.clock.advance(12_000)
    await settled()
    const at = desk.clock.now()
    served(before, 'lost with the process')
    await desk.archive.save(desk.call('a', { path: 'phone', answeredAt: start, endedAt: start }))
    await desk.archive.save(
      desk.call('lost with the process', { path: 'phone', answeredAt: at + 1, endedAt: at + 9 }),
    )
    desk.clock.advance(30)

    const after = await begun()
    failed(after, 'c')
    const report = await newest(after)
    expect(await after.list(10)).toHaveLength(1)
    expect(report).toMatchObject({
      ...{ stage: 'standing-in', served: { extension: 2 }, failed: { 'no such number': 1 } },
      notes: [expect.stringContaining('the box was away')],
    })
    expect(report.phones.known).toBe(2)
  })

  it('goes on when the records of calls cannot be read', async () => {
    await begun()
    desk.pbxIs('survival')
    await settled()
    desk.archive.page = async () => {
      throw new Error('disk I/O error')
    }
    const report = await newest(await begun())
    expect(report.notes).toContainEqual(expect.stringContaining('not counted: Error: disk I/O error'))
  })

  it('ends the outage that has ended meanwhile', async () => {
    await begun()
    desk.pbxIs('survival')
    await settled()
    desk.state = 'normal'
    desk.clock.advance(60_000)
    const after = await begun()
    desk.clock.advance(2_000)
    const report = await newest(after)
    expect(report).toMatchObject({ stage: 'closed', endedAt: start + 60_000 })
    expect(report.notes).toContain('the PBX came back while the box was away')
  })

  it('begins the report of an outage that it finds', async () => {
    desk.state = 'survival'
    const ledger = await begun()
    expect(await newest(ledger)).toMatchObject({ stage: 'standing-in', why: 'silence' })
  })

  it('cuts a rehearsal short', async () => {
    const ledger = await begun()
    ledger.rehearsalBegan({ pbx: 'office', domain, users: new Set([`sip:202@${domain}`]), why: 'by anna' })
    await settled()
    const report = await newest(await begun())
    expect(report).toMatchObject({
      stage: 'closed',
      notes: [expect.anything(), expect.stringContaining('cut short')],
    })
  })
})

describe('the ledger over a broken disk', () => {
  it('goes on, and stores the report later', async () => {
    const ledger = await begun()
    desk.store.failWith = new Error('disk full')
    desk.pbxIs('survival')
    served(ledger, 'a')
    await ledger.stop()
    expect(await desk.store.list(1)).toEqual([])
    desk.store.failWith = undefined
    await ledger.stop()
    expect(await desk.store.list(1)).toMatchObject([{ served: { extension: 1 } }])
  })
})
