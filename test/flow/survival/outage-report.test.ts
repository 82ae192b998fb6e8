import { afterEach, describe, expect, it } from 'vitest'
import type { OutageReport } from '../../../src/survival/outages/outage-report.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { StartedParts } from '../../support/started-parts.ts'
import { TestBox } from '../../support/test-box.ts'
import { TinyPbx } from '../../support/tiny-pbx.ts'
import { eventually } from '../../support/within.ts'

const domain = 'office.example'
const passwords = { '201': 'pw-201', '202': 'pw-202', '203': 'pw-203' }
const running = new StartedParts()

afterEach(() => running.stop())

async function site() {
  const pbx = await running.begin(new TinyPbx({ domain, users: passwords }))
  const watch = { optionsIntervalMs: 200, holdDownMs: 500, successesToReturn: 2 }
  const config = {
    sip: { domains: ['site-a.example'] },
    users: Object.entries(passwords).map(([user, password]) => ({ aor: `${user}@${domain}`, password })),
    pbxs: [{ name: 'office', server: pbx.hostPort, domain, ...watch }],
  }
  const box = await running.begin(new TestBox({ config, overNamedEngine: true }))
  const phones = await Promise.all(
    Object.entries(passwords).map(([user, password]) =>
      running.begin(new SipPhone({ aor: `${user}@${domain}`, password, server: box.server })),
    ),
  )
  const [anna, bert, carl] = phones as [SipPhone, SipPhone, SipPhone]
  for (const phone of phones) await phone.register()
  return { pbx, box, anna, bert, carl }
}

async function report(box: TestBox): Promise<OutageReport | undefined> {
  const { outages } = await box.ask<{ outages: OutageReport[] }>('/api/survival/outages')
  expect(outages.length).toBeLessThan(2)
  return outages[0]
}

async function reported(box: TestBox, what: string, test: (report: OutageReport) => boolean) {
  let last: OutageReport | undefined
  await eventually(20_000, `a report that ${what}`, async () => {
    last = await report(box)
    return last !== undefined && test(last)
  })
  return last as OutageReport
}

async function talks(caller: SipPhone, called: string): Promise<void> {
  const call = await caller.call(called)
  await call.answered()
  await call.hangUp()
}

describe('the report of an outage', () => {
  it('says what was served, what failed, and who did not come back, over a kill -9 of the box', async () => {
    const { pbx, box, anna, bert, carl } = await site()
    await pbx.stop()
    await reported(box, 'the PBX is gone', ({ stage }) => stage === 'standing-in')
    for (const phone of [anna, bert, carl]) await phone.register({ expires: 60 })
    await talks(anna, '202')
    await expect((await anna.call('299')).answered()).rejects.toThrow(/404/)
    await reported(box, 'has both calls', ({ failedCalls }) => failedCalls.length === 1)

    await box.kill()
    await box.start()
    await talks(bert, '201')
    await carl.register({ expires: 0 })
    await pbx.start()
    const over = await reported(box, 'two phones are home', ({ endedAt, phones }) => {
      return endedAt !== undefined && phones.home === 2
    })

    expect(over).toMatchObject({
      ...{ pbx: 'office', stage: 'coming-home', served: { extension: 2 }, unanswered: {} },
      failed: { 'no such number': 1 },
      failedCalls: [{ from: `sip:201@${domain}`, to: `sip:299@${domain}`, status: 404 }],
      phones: { known: 3, moved: 3, home: 2, away: 1, awayList: [{ aor: `sip:203@${domain}` }] },
      notes: [expect.stringContaining('the box was away')],
    })
    expect(over.registrations).toMatchObject({ refused: 0, onGrace: 0 })
    // Those of the last seconds before the kill are not in it: they have no records.
    expect(over.registrations.accepted).toBeGreaterThan(0)
    const text = await box.command('survival', 'reports', over.id)
    expect(text).toContain('calls served        2: 2 between phones')
    expect(text).toContain(`    sip:203@${domain}`)
    expect(await box.command('survival', 'reports')).toContain(`${over.id}  `)
  }, 120_000)
})
