import { describe, expect, it } from 'vitest'
import { printMetrics } from '../../../src/admin/metrics.ts'
import { boxFigures, type CountedParts } from '../../../src/gateway/box-figures.ts'

const idle: Omit<CountedParts, 'engine'> = {
  calls: { count: 3 },
  location: { size: 2 },
  guard: { counts: { banned: 0, tooFast: 0, authFailures: 0 }, bans: () => [] },
  registrar: { counts: { accepted: 1, onGrace: 0, challenged: 0, wrongPassword: 0, refused: 0 } },
  front: { passedOn: 0 },
  trunks: { view: () => [] },
  asterisks: {
    view: () => [
      {
        name: 'office',
        state: { name: 'office', state: 'degraded', text: 'one provider is not registered' },
        connectedSince: 0,
        endpoints: 2,
        contacts: 1,
        channels: 5,
        registrations: [],
      },
    ],
  },
  pbxs: { view: () => [] },
  overlays: { all: [] },
  subscriptions: { counts: { pbx: 12, box: 3 } },
  loopLag: { figures: { bounds: [0.1], counts: [1, 0], sum: 0 } },
  toll: {
    counts: { allowed: 4, blocks: 1, refused: new Map([['premium-velocity', 17]]) },
    view: () => ({
      blocks: [{ payer: 'user 201@x', since: 0, limit: 'premium-velocity', why: '', refused: 16 }],
      spenders: [],
      releases: [],
      callsNow: 1,
    }),
  },
  outages: { counts: new Map() },
  emergencies: {
    counts: { answered: 2, unanswered: 1, tests: 4 },
    view: () => [],
  },
  keeping: {
    records: {
      counts: { finished: 5, answered: 3, costs: new Map([['carrier', 1_250]]), unsaved: 0, lost: 0 },
    },
    journal: { counts: { behind: 0, files: 1, isBehind: true } },
    notices: {
      view: () => [{ target: 'desk', waiting: 2, delivered: 7, dropped: 0, lastError: 'no answer in time' }],
    },
  },
}

const page = async (engine: CountedParts['engine']) => printMetrics(await boxFigures({ ...idle, engine }))

describe('the metrics page', () => {
  it('says when the engine does not answer, and has everything else', async () => {
    const text = await page({ counts: () => Promise.reject(new Error('the engine does not answer')) })
    expect(text).toContain('causeway_engine_answered 0')
    expect(text).toContain('causeway_calls_now 3')
    expect(text).toContain('causeway_bindings 2')
    expect(text).toContain('causeway_event_loop_lag_seconds_count{thread="main"} 1')
    expect(text).toContain('causeway_resident_memory_bytes ')
    expect(text).not.toContain('thread="engine"')
    expect(text).not.toMatch(/^causeway_sip_/m)
  })

  it('tells who lights the lamps', async () => {
    expect(await page(undefined)).toContain('causeway_subscriptions{notifier="box"} 3')
  })

  it('knows an Asterisk that has trouble from one that is away', async () => {
    const text = await page(undefined)
    expect(text).toContain('causeway_asterisk_up{asterisk="office"} 1')
    expect(text).toContain('causeway_asterisk_channels{asterisk="office"} 5')
  })

  it('counts calls and what they cost, and says when records and notices are held up', async () => {
    const text = await page(undefined)
    expect(text).toContain('causeway_calls_total{outcome="not-answered"} 2')
    expect(text).toContain('causeway_call_cost_total{target="carrier"} 1.25')
    expect(text).toContain('causeway_call_journal_behind 1')
    expect(text).toContain('causeway_notices_waiting{receiver="desk"} 2')
  })

  it('counts calls that cost money and those held back', async () => {
    const text = await page(undefined)
    expect(text).toContain('causeway_toll_refused_total{by="premium-velocity"} 17')
    expect(text).toContain('causeway_toll_blocked 1')
  })

  it('counts calls for help, and those that nobody answered', async () => {
    const text = await page(undefined)
    expect(text).toContain('causeway_emergency_calls_total{outcome="not-answered"} 1')
    expect(text).toContain('causeway_emergency_calls_unacknowledged 0')
  })

  it('says nothing of an engine that is not its own', async () => {
    expect(await page(undefined)).not.toContain('causeway_engine_answered')
  })
})
