import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LadderMessage } from '../../../src/admin/box-view.ts'
import { metricCatalogue } from '../../../src/admin/metric-catalogue.ts'
import { HepCollector } from '../../support/hep-collector.ts'
import { type RunningBox, runBox } from '../../support/running-box.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { site, users } from '../../support/site.ts'
import { eventually } from '../../support/within.ts'

let box: RunningBox
let phones: SipPhone[]
let homer: HepCollector

// One call is enough for all: it is looked at from every side.
beforeAll(async () => {
  phones = []
  homer = new HepCollector()
  await homer.start()
  box = await runBox({
    sip: { domains: [site] },
    users: users('201', '202'),
    admin: { port: 0 },
    overlays: [{ domain: 'town.example', driver: 'memory' }],
    capture: { homer: `127.0.0.1:${homer.port}`, captureId: 7, password: 'homer' },
  })
  await oneCall()
}, 30_000)
afterAll(async () => {
  await Promise.all(phones.map((phone) => phone.stop()))
  await box.stop()
  await homer.stop()
})

async function phone(user: string): Promise<SipPhone> {
  const made = new SipPhone({ aor: `${user}@${site}`, password: `secret-${user}`, server: box.server })
  phones.push(made)
  await made.start()
  await made.register()
  return made
}

/** 201 calls 202 and hangs up. */
async function oneCall(): Promise<void> {
  const anna = await phone('201')
  const bert = await phone('202')
  const calling = await anna.call('202')
  await calling.answered()
  const called = await bert.nextCall()
  await called.acknowledged()
  await calling.hangUp()
  await called.ended()
}

async function fetchText(path: string): Promise<string> {
  const response = await fetch(`${box.adminUrl}${path}`, { signal: AbortSignal.timeout(5_000) })
  expect(response.status).toBe(200)
  return response.text()
}

async function recentCall(): Promise<{ id: string; callId: string }> {
  let found: { id: string; callId: string } | undefined
  await eventually(5_000, 'the call to be recorded', async () => {
    const { recent } = JSON.parse(await fetchText('/api/calls')) as {
      recent: { id: string; callId: string }[]
    }
    found = recent[0]
    return found !== undefined
  })
  return found as { id: string; callId: string }
}

describe('a call between two phones is seen from outside', () => {
  test('as one ladder of both legs, without credentials', async () => {
    const { id, callId } = await recentCall()
    const { messages } = JSON.parse(await fetchText(`/api/calls/${id}/ladder`)) as {
      messages: LadderMessage[]
    }
    const callIds = [...new Set(messages.map((message) => message.callId))]
    expect(callIds).toEqual([callId, `${id}-1`])
    const byLeg = (leg: string | undefined, start: string, direction: string) =>
      messages.filter(
        (each) => each.callId === leg && each.direction === direction && each.text.startsWith(start),
      )
    for (const method of ['INVITE', 'ACK', 'BYE']) {
      expect(byLeg(callIds[0], method, 'in').length, method).toBeGreaterThan(0)
      expect(byLeg(callIds[1], method, 'out').length, method).toBeGreaterThan(0)
    }
    expect(byLeg(callIds[1], 'SIP/2.0 200', 'in').length).toBeGreaterThan(1)
    expect(messages.map(({ text }) => text).join('\n')).not.toMatch(/response=|nonce="[^"]+", ?uri/)
    expect(messages.map(({ at }) => at)).toEqual(
      messages.map(({ at }) => at).sort((one, other) => one - other),
    )
    expect(await fetchText(`/calls/${encodeURIComponent(callId)}`)).toContain('<svg')
  })

  test('by Homer, message by message as on the wire', async () => {
    const { callId } = await recentCall()
    const ofCall = () => homer.messages.filter((message) => message.callId === callId)
    await eventually(5_000, 'the answer to BYE at Homer', () =>
      ofCall().some(({ payload }) => payload.startsWith('SIP/2.0 200') && / BYE\r\n/.test(payload)),
    )
    const boxEnd = `127.0.0.1 ${box.server.port}`
    const invite = ofCall().find(({ payload }) => payload.startsWith('INVITE'))
    const answer = ofCall().find(({ payload }) => payload.startsWith('SIP/2.0 200'))
    expect(invite).toMatchObject({
      destination: boxEnd,
      captureId: 7,
      password: 'homer',
      kind: 1,
      protocol: 17,
    })
    expect(answer?.source).toBe(boxEnd)
    expect(Math.abs((invite?.atMs ?? 0) - Date.now())).toBeLessThan(60_000)
  })

  test('by every metric of the reference page', async () => {
    const text = await fetchText('/metrics')
    const printed = new Set([...text.matchAll(/^# TYPE causeway_(\S+)/gm)].map(([, name]) => name))
    const ofNeighbours = ['trunk_calls', 'trunk_up', 'asterisk_up', 'asterisk_channels', 'pbx_up']
    const ofPbxs = [
      ...['pbx_state', 'outages_total', 'outage_detection_seconds', 'standing_in_seconds_total'],
      ...['survival_calls_total', 'survival_phones_away'],
    ]
    const ofReceivers = ['notices_waiting', 'notices_delivered_total', 'notices_dropped_total']
    const ofWhatNeverWas = ['call_cost_total', 'toll_refused_total', 'overlay_refused_records_total']
    const missing = [...ofNeighbours, ...ofPbxs, ...ofReceivers, ...ofWhatNeverWas]
    const expected = Object.keys(metricCatalogue).filter((name) => !missing.includes(name))
    expect([...printed].sort()).toEqual(expected.sort())
    const value = (sample: string): number =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`causeway_${sample} `))
          ?.split(' ')
          .at(-1),
      )
    expect(value('engine_answered')).toBe(1)
    expect(value('registrations_total{outcome="accepted"}')).toBe(2)
    expect(value('registrations_total{outcome="challenged"}')).toBe(2)
    expect(value('sip_messages_total{direction="out",transport="udp",kind="INVITE"}')).toBeGreaterThanOrEqual(
      1,
    )
    expect(value('sip_answer_seconds_count')).toBeGreaterThanOrEqual(1)
    expect(value('capture_packets_total{outcome="sent"}')).toBeGreaterThan(0)
    expect(value('heap_used_bytes{thread="engine"}')).toBeGreaterThan(1_000_000)
  })
})
