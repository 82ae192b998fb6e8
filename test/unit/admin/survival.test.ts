import { describe, expect, it } from 'vitest'
import { createAdminApp } from '../../../src/admin/app.ts'
import type { PbxControl } from '../../../src/admin/pbx-control.ts'
import type { RehearsalsView } from '../../../src/admin/rehearsals-view.ts'
import { noSurvival, type SurvivalView } from '../../../src/admin/survival-view.ts'
import type { PbxView } from '../../../src/survival/health/pbx-view.ts'
import type { Grade, Readiness } from '../../../src/survival/knowledge/readiness.ts'
import type { PassSheet } from '../../../src/survival/rehearsal/pass-sheet.ts'
import type { RehearsalOrder } from '../../../src/survival/rehearsal/rehearsal-order.ts'
import { aBoxView } from '../../support/a-box-view.ts'
import { anOutageReport } from '../../support/an-outage-report.ts'

const script = '<script>alert(1)</script>'
const outage = anOutageReport({
  why: script,
  served: { extension: 3 },
  phones: {
    ...{ known: 1, moved: 1, home: 0, away: 1 },
    awayList: [{ aor: 'sip:203@office.example', userAgent: script, source: '192.0.2.4:5060', lastSeen: 0 }],
  },
  endedAt: Date.UTC(2026, 10, 21, 23, 20),
})

function appOf(survival: Partial<SurvivalView>) {
  return createAdminApp(aBoxView({ survival: { ...noSurvival, ...survival } }), {
    token: undefined,
    refreshMs: 1_000,
  })
}

const outages = {
  list: async (most: number) => [outage].slice(0, most),
  find: async (id: string) => (id === outage.id ? outage : undefined),
}

const pbx: PbxView = {
  ...{ name: 'office', domain: 'office.example', state: 'survival', since: 0, why: script },
  outage: { cause: 'silent', startedAt: 0, detectedAt: 0, endsAt: undefined, holdMs: 30_000 },
  ...{ lock: undefined, latencyMs: undefined },
}

/** Notes what it is told. */
class ToldPbxs {
  readonly orders: string[] = []
  lock: PbxView['lock']

  readonly control: PbxControl = {
    view: () => [{ ...pbx, lock: this.lock }],
    faults: () => [{ kind: 'pbx', about: 'office', text: 'the PBX office does not answer' }],
    switchTo: (name, to, by) => this.#told(name, `switch to ${to} by ${by}`),
    lock: (name, to) => this.#told(name, `lock to ${to}`),
    unlock: (name) => this.#told(name, 'unlock'),
  }

  #told(name: string, order: string) {
    if (name !== 'office') return 'unknown'
    this.orders.push(order)
    return 'done'
  }
}

function press(app: ReturnType<typeof appOf>, path: string, fields: Record<string, string>, from?: string) {
  return app.request(path, {
    method: 'POST',
    body: new URLSearchParams(fields),
    ...(from !== undefined && { headers: { origin: from } }),
  })
}

describe('the PBXs on the page', () => {
  it('show how they are, why, and what is broken', async () => {
    const page = await (await appOf({ pbxs: new ToldPbxs().control }).request('/survival')).text()
    expect(page).toContain('the PBX office does not answer')
    expect(page).toContain('silent: &lt;script&gt;')
    expect(page).not.toContain(script)
  })

  it('are named on the first page while they are gone', async () => {
    const told = new ToldPbxs()
    const first = async (control: PbxControl) => (await appOf({ pbxs: control }).request('/')).text()
    expect(await first(told.control)).toContain('<b>PBX office</b> is gone: the box stands in')
    const back = { ...told.control, view: () => [{ ...pbx, outage: undefined }] }
    expect(await first(back)).not.toContain('is gone')
  })

  it('are switched, locked and unlocked by buttons', async () => {
    const told = new ToldPbxs()
    const app = appOf({ pbxs: told.control })
    for (const path of ['switch/normal', 'switch/survival', 'lock/survival', 'unlock']) {
      const answer = await press(app, `/survival/pbxs/${path}`, { pbx: 'office' })
      expect(answer.headers.get('location')).toBe('/survival')
    }
    expect(told.orders).toEqual([
      'switch to normal by the page',
      'switch to survival by the page',
      'lock to survival',
      'unlock',
    ])
    expect((await press(app, '/survival/pbxs/unlock', { pbx: 'none' })).status).toBe(404)
  })

  it('offer what makes sense', async () => {
    const told = new ToldPbxs()
    const page = async () => (await appOf({ pbxs: told.control }).request('/survival')).text()
    expect(await page()).toContain('<button>Use the PBX again</button>')
    told.lock = { to: 'survival', since: 0, until: Date.UTC(2026, 11, 1), by: 'anna' }
    expect(await page()).toContain('locked by anna until 2026-12-01T00:00Z')
    expect(await page()).toContain('<button>Unlock</button>')
    expect(await page()).not.toContain('<button>Use the PBX again</button>')
  })

  it('take no order from another site', async () => {
    const told = new ToldPbxs()
    const app = appOf({ pbxs: told.control })
    const answer = await press(app, '/survival/pbxs/unlock', { pbx: 'office' }, 'http://evil.example')
    expect(answer.status).toBe(403)
    expect(told.orders).toEqual([])
  })
})

describe('rehearsals on the page', () => {
  const pass: PassSheet = {
    ...{ id: '7', pbx: 'office', domain: 'office.example', by: script, group: 'sales' },
    ...{ users: ['sip:201@office.example'], leftOut: [], startedAt: 0, phase: 'away', until: 300_000 },
    ...{ end: undefined, results: [], conclusion: undefined },
  }
  const orders: RehearsalOrder[] = []
  const rehearsals: RehearsalsView = {
    recent: () => [pass],
    find: (id) => (id === pass.id ? pass : undefined),
    begin: async (order) => {
      orders.push(order)
      return order.group === 'nobody' ? { kind: 'refused', why: 'no such group' } : { kind: 'begun', id: '8' }
    },
    stopNow: () => true,
  }

  it('are listed with their pass sheets, and are begun and ended by buttons', async () => {
    const app = appOf({ pbxs: new ToldPbxs().control, rehearsals })
    const page = await (await app.request('/survival')).text()
    expect(page).toContain('<a href="/survival/rehearsals/7">')
    expect(page).toContain('<button>End it</button>')
    const sheet = await (await app.request('/survival/rehearsals/7')).text()
    expect(sheet).toContain('PASS SHEET of rehearsal 7')
    expect(page + sheet).not.toContain(script)
    expect(await (await app.request('/survival/rehearsals/new')).text()).toContain('<option>office</option>')

    const fields = { pbx: 'office', group: '', minutes: '2' }
    expect((await press(app, '/survival/rehearsals', fields)).status).toBe(303)
    expect(orders).toEqual([{ pbx: 'office', forMs: 120_000, ring: false, by: 'the page' }])
    const refused = await press(app, '/survival/rehearsals', { ...fields, group: 'nobody' })
    expect(refused.status).toBe(409)
    expect(await refused.text()).toContain('no such group')
    expect((await press(app, '/survival/rehearsals', { ...fields, minutes: '90' })).status).toBe(400)
    expect((await press(app, '/survival/rehearsals/stop', {})).status).toBe(303)
  })
})

describe('readiness on the page', () => {
  it('names first what would not work, and says why', async () => {
    const extension = (user: string, grade: Grade) => ({
      aor: `sip:${user}@office.example`,
      displayName: script,
      grade,
      checks: [{ what: 'registers' as const, grade, text: `${user} ${grade}` }],
    })
    const readiness: Readiness = {
      pbx: 'office',
      extensions: [extension('201', 'works'), extension('202', 'fails')],
      faults: ['+4930123 has no target'],
      remarks: [],
    }
    const extensions = { ...noSurvival.extensions, readiness: () => [readiness] }
    const page = await (await appOf({ extensions }).request('/survival')).text()
    expect(page).toContain('Without office: 1 work, 0 in part, 1 without service')
    expect(page.indexOf('202@office.example')).toBeLessThan(page.indexOf('201@office.example'))
    expect(page).toContain('<b>registers</b>: 202 fails')
    expect(page).toContain('+4930123 has no target')
    expect(page).not.toContain('201 works')
    expect(page).not.toContain(script)
  })
})

describe('outages on the admin pages', () => {
  it('are listed on the page, each with its report', async () => {
    const app = appOf({ outages })
    const page = await (await app.request('/survival')).text()
    expect(page).toContain(`<a href="/survival/outages/${outage.id}">2026-11-21 23:10:04 UTC</a>`)
    const report = await (await app.request(`/survival/outages/${outage.id}`)).text()
    expect(report).toContain('Outage of the PBX office (office.example)')
    expect(report).toContain('sip:203@office.example')
    expect(page + report).not.toContain(script)
    expect((await app.request('/survival/outages/none')).status).toBe(404)
  })

  it('are told by the API', async () => {
    const app = appOf({ outages })
    expect(await (await app.request('/api/survival/outages')).json()).toMatchObject({
      outages: [{ id: outage.id, served: { extension: 3 } }],
    })
    expect(await (await app.request(`/api/survival/outages/${outage.id}`)).json()).toMatchObject({
      outage: { id: outage.id },
    })
    expect((await app.request('/api/survival/outages/none')).status).toBe(404)
    expect((await app.request('/api/survival/outages?most=0')).status).toBe(400)
  })
})
