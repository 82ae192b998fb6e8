import { afterEach, describe, expect, it } from 'vitest'
import type { CallRecord } from '../../../src/domain/call-record.ts'
import { NoticeHook } from '../../support/notice-hook.ts'
import type { RunningBox } from '../../support/running-box.ts'
import { TinyCarrier } from '../../support/tiny-carrier.ts'
import { eventually } from '../../support/within.ts'
import { TrunkSite } from '../trunk/a-site.ts'

const site = new TrunkSite()
afterEach(() => site.end())

const number = '+493098765432'

/** A box with one trunk that charges whole minutes, and a program that hears of every call. */
async function charged(carrier: TinyCarrier) {
  await site.begun(carrier)
  const hook = await site.begun(new NoticeHook())
  const trunk = {
    name: 'carrier',
    server: carrier.hostPort,
    costPerMinute: 90,
    setupCost: 10,
    billingStepSeconds: 60,
  }
  const more = { admin: { port: 0 }, notices: { webhooks: [{ url: hook.url, events: ['call'] }] } }
  return { hook, ...(await site.box([trunk], more)) }
}

async function exported({ adminUrl }: RunningBox, query: string): Promise<string> {
  const url = `${adminUrl}/api/calls/export?${query}`
  return (await fetch(url, { signal: AbortSignal.timeout(5_000) })).text()
}

async function recordHeard(hook: NoticeHook): Promise<Partial<CallRecord>> {
  await eventually(5_000, 'the notice of the call', () => hook.heard.length > 0)
  return hook.heard[0]?.facts as Partial<CallRecord>
}

describe('a call to the telephone network', () => {
  it('is told to programs with number, payer, causes and price, and is in the export', async () => {
    const carrier = new TinyCarrier()
    const { box, anna, hook } = await charged(carrier)
    const call = await anna.call(number)
    await call.answered()
    const [leg] = carrier.phone.calls
    await call.hangUp()

    const record = await recordHeard(hook)
    expect(record).toMatchObject({
      callId: call.callId,
      source: 'phone',
      payer: '201@site-a.example',
      path: 'trunk',
      target: 'carrier',
      outsideNumber: number,
      callClass: 'national',
      cost: 100,
      status: 200,
      q850: 16,
      endedBy: 'caller',
      attempts: [{ path: 'trunk', target: 'carrier', status: 200, legId: `${record.id}-1` }],
    })
    // The carrier's own record can be matched with ours.
    expect(leg?.callId).toBe(`${record.id}-1`)
    const lines = await eventually(5_000, 'the call on disk', async () => {
      const jsonl = await exported(box, `format=jsonl&target=carrier&payer=201@site-a.example`)
      return jsonl.length > 0 && jsonl.trim().split('\n')
    })
    expect(lines.map((line) => JSON.parse(line))).toEqual([record])
    expect(await exported(box, 'format=csv&answered=true')).toContain(',national,0.090,0.010,0.100,200,16,')
    expect((await exported(box, 'format=csv&answered=false')).trim().split('\r\n')).toHaveLength(1)
    expect(await exported(box, 'format=xml')).toContain('error')
  })

  it('that nobody answers costs nothing and keeps the word of the carrier', async () => {
    const { anna, hook } = await charged(new TinyCarrier({ answering: { refuse: 404 } }))
    const call = await anna.call(number)
    await expect(call.answered()).rejects.toThrow('404')
    const record = await recordHeard(hook)
    expect(record).toMatchObject({ status: 404, q850: 1, outsideNumber: number, endedBy: 'callee' })
    expect(record).not.toHaveProperty('cost')
  })
})
