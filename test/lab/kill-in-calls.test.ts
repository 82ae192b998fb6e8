import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CallRecord } from '../../src/domain/call-record.ts'
import type { OutgoingCall } from '../support/sip/outgoing-call.ts'
import { SipPhone, type SipPhoneOptions } from '../support/sip-phone.ts'
import { site, users } from '../support/site.ts'
import { type BoxConfig, TestBox } from '../support/test-box.ts'
import { TinyCarrier } from '../support/tiny-carrier.ts'
import { eventually } from '../support/within.ts'

const callers = Array.from({ length: 10 }, (_, n) => String(201 + n))
const called = { '301': 'answer', '302': 'ring', '303': 'busy' } as const
/** Two of them are refused by the box itself, one leaves through the trunk. */
const dialled = ['301', '302', '303', '+4930123456', '399', 'nobody@nowhere.invalid']
const callsInRound = 100

let carrier: TinyCarrier
let phones: SipPhone[]
let box: TestBox
/** The Call-IDs of all calls that arrived somewhere. */
let legs: Set<string>

beforeEach(async () => {
  carrier = new TinyCarrier()
  await carrier.start()
  phones = []
  legs = new Set()
})
afterEach(async () => {
  await Promise.all(phones.map((phone) => phone.stop()))
  await carrier.stop()
  await box.stop()
})

describe('kill -9 in the middle of 100 calls', () => {
  test.each<[NonNullable<BoxConfig['sip']>['callHandling'], readonly number[]]>([
    ['b2bua', [5, 50, 100]],
    ['proxy', [60]],
  ])('leaves one closed record of every call that was attempted (%s)', async (callHandling, moments) => {
    await startBox(callHandling)
    const calls: OutgoingCall[] = []
    for (const moment of moments) {
      calls.push(...(await callsUntilKilled(moment)))
      await box.start()
      const records = await recordsOf(box)
      expectOneRecordEach(calls, records)
      expectNoUnknownLegs(records)
      if (callHandling === 'b2bua') expectAnswersKept(calls, records)
    }
    const records = await recordsOf(box)
    const cut = records.filter(({ cause }) => cause === 'box restarted')
    expect(cut.length).toBeGreaterThan(0)
    expect(records.length).toBeGreaterThan(moments.length * 20)
    await expectCommandsToShow(records)
  })
})

async function startBox(callHandling: NonNullable<BoxConfig['sip']>['callHandling']): Promise<void> {
  box = new TestBox({
    config: {
      sip: { domains: [site], ...(callHandling && { callHandling }) },
      users: users(...callers, ...Object.keys(called)).map((user) => ({
        ...user,
        mayDial: ['internal', 'pstn'],
      })),
      trunks: [{ name: 'carrier', server: carrier.hostPort, maxCalls: 100 }],
      guard: { requestsPerSecond: 10_000, requestBurst: 10_000 },
    },
  })
  await box.start()
  for (const [name, answering] of Object.entries(called)) {
    const phone = await startPhone(name, {
      answering,
      intercept: ({ request }) => {
        if (request.method === 'INVITE') legs.add(request.callId)
        return false
      },
    })
    await phone.register()
  }
}

async function startPhone(user: string, more: Partial<SipPhoneOptions> = {}): Promise<SipPhone> {
  const aor = `${user}@${site}`
  const phone = new SipPhone({ aor, password: `secret-${user}`, server: box.server, ...more })
  phones.push(phone)
  await phone.start()
  return phone
}

/** All callers call at once; every third call that is answered is hung up. The box dies after so many answers. */
async function callsUntilKilled(moment: number): Promise<OutgoingCall[]> {
  const calling = await Promise.all(callers.map((user) => startPhone(user)))
  const calls = await Promise.all(
    Array.from({ length: callsInRound }, async (_, n) => {
      const call = await (calling[n % calling.length] as SipPhone).call(dialled[n % dialled.length] ?? '')
      if (n % 3 === 0) hangUpWhenAnswered(call)
      return call
    }),
  )
  const answers = () => calls.reduce((sum, { statuses }) => sum + statuses.filter(isAnswer).length, 0)
  const isQuiet = () =>
    calls.every(({ statuses }) => statuses.some((status) => isAnswer(status) || status === 503))
  await eventually(40_000, `${moment} answers`, () => answers() >= moment || isQuiet(), 1)
  await box.kill()
  for (const { callId } of carrier.phone.calls) legs.add(callId)
  // An INVITE that is repeated after the kill would be a new attempt, with a record of its own.
  await Promise.all(calling.map((phone) => phone.stop()))
  for (const phone of [...phones, carrier.phone]) for (const call of [...phone.calls]) call.finish('here')
  return calls
}

/** How a call under which the box dies comes to its end is not what is tested. */
function hangUpWhenAnswered(call: OutgoingCall): void {
  call
    .answered(30_000)
    .then(() => call.hangUp())
    .catch(() => call.finish('here'))
}

/** Not the 100 of a hop, not the question who it is, and not the word of an engine that is too busy on this machine. */
function isAnswer(status: number): boolean {
  return status > 100 && ![401, 407, 503].includes(status)
}

/** `causeway calls` reads the database beside the running box. */
async function expectCommandsToShow(records: readonly CallRecord[]): Promise<void> {
  const printed = await box.command('calls', 'export', '--format', 'jsonl')
  expect(
    printed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual(records)
  const [record] = records
  expect(await box.command('calls', 'show', record?.id ?? '')).toContain(`(Call-ID ${record?.callId})`)
}

async function recordsOf({ adminUrl }: TestBox): Promise<CallRecord[]> {
  const response = await fetch(`${adminUrl}/api/calls/export?format=jsonl`)
  const lines = (await response.text()).trim().split('\n')
  return lines.filter(Boolean).map((line) => JSON.parse(line) as CallRecord)
}

function expectOneRecordEach(calls: readonly OutgoingCall[], records: readonly CallRecord[]): void {
  const byCallId = Map.groupBy(records, ({ callId }) => callId)
  expect([...byCallId.values()].filter((same) => same.length > 1)).toEqual([])
  const attempted = calls.filter(({ statuses }) => statuses.some(isAnswer))
  const missing = attempted.filter(({ callId }) => !byCallId.has(callId))
  expect(missing.map(({ statuses }) => statuses)).toEqual([])
  for (const { cause, startedAt, endedAt } of records) {
    expect(cause).not.toBe('')
    expect(endedAt).toBeGreaterThanOrEqual(startedAt)
  }
}

/** No INVITE leaves before its call is written down. */
function expectNoUnknownLegs(records: readonly CallRecord[]): void {
  // A leg's Call-ID begins with the id of its record; a forwarded call has the caller's own.
  const known = new Set(records.flatMap(({ id, callId }) => [id, callId]))
  expect([...legs].filter((leg) => !known.has(leg) && !known.has(leg.replace(/-\d+$/, '')))).toEqual([])
}

/** What the caller has heard is what is written down. */
function expectAnswersKept(calls: readonly OutgoingCall[], records: readonly CallRecord[]): void {
  const answered = records.filter(({ status, answeredAt }) => status === 200 && answeredAt !== undefined)
  const known = new Set(answered.map(({ callId }) => callId))
  const heard = calls.filter(({ statuses }) => statuses.includes(200)).map(({ callId }) => callId)
  expect(heard.filter((callId) => !known.has(callId))).toEqual([])
}
