import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CallRecord } from '../../../src/domain/call-record.ts'
import { Asterisk } from '../../support/asterisk.ts'
import { asteriskRole } from '../../support/asterisk-role.ts'
import { freePort } from '../../support/free-port.ts'
import type { PhoneCall } from '../../support/sip/phone-call.ts'
import { shareAt } from '../../support/sip/tone-media.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { site } from '../../support/site.ts'
import { TestBox } from '../../support/test-box.ts'
import { TinyCarrier } from '../../support/tiny-carrier.ts'
import { eventually } from '../../support/within.ts'

/** Numbers of the network behind Asterisk. Milliwatt() is a tone of 1004 Hz. */
const network = `
[to-the-network](+)
exten => +4930200,1,Answer()
 same => n,Milliwatt()
exten => +4930201,1,Answer()
 same => n,Record(@FOLDER@/heard.wav,0,2,q)
 same => n,Wait(30)
exten => +4930217,1,Hangup(17)
exten => +4930221,1,Hangup(21)
exten => +4930222,1,Hangup(1)
exten => +4930234,1,Hangup(34)
exten => +4930280,1,Ringing()
 same => n,Wait(30)
`

let asterisk: Asterisk
let box: TestBox
let phone: SipPhone
/** The trunk to try when Asterisk has no channel. */
const second = new TinyCarrier()
/** Who is behind the lines of Asterisk, as far as OPTIONS go. */
let provider: TinyCarrier

beforeAll(async () => {
  const boxPort = await freePort()
  await second.start()
  provider = new TinyCarrier({ listen: { address: '127.0.0.3', port: await freePort('127.0.0.3') } })
  await provider.start()
  asterisk = new Asterisk({
    address: '127.0.0.2',
    files: asteriskRole('trunk', { box: `127.0.0.1:${boxPort}`, provider: provider.hostPort }, network),
  })
  await asterisk.start()
  box = new TestBox({
    sipPort: boxPort,
    config: {
      sip: { domains: [site] },
      numbering: { country: 'DE', areaCode: '30' },
      users: [{ aor: `201@${site}`, password: 'secret-201', numbers: ['+493055501'] }],
      asterisks: [
        {
          name: 'pstn',
          host: asterisk.address,
          port: asterisk.amiPort,
          username: 'causeway',
          secret: 'secret',
        },
      ],
      trunks: [
        {
          name: 'lines',
          server: asterisk.hostPort,
          asterisk: 'pstn',
          line: 'PJSIP/provider',
          maxCalls: 4,
          optionsIntervalSeconds: 1,
        },
        { name: 'second', server: second.hostPort },
      ],
    },
  })
  await box.start()
  phone = new SipPhone({
    aor: `201@${site}`,
    password: 'secret-201',
    server: box.server,
    listen: { address: '127.0.0.1' },
    tone: 440,
  })
  await phone.start()
  await phone.register()
  await eventually(20_000, 'AMI', async () => (await ami()) === 'good')
  await eventually(20_000, 'the line', async () => (await line()).state === 'good')
})

afterAll(async () => {
  for (const part of [phone, box, asterisk, second, provider]) await part?.stop()
})

interface Shown {
  readonly name: string
  readonly state: { readonly state: string; readonly text: string }
}

const outside = () => box.ask<{ trunks: Shown[]; asterisks: Shown[] }>('/api/outside')

const ami = async () => (await outside()).asterisks[0]?.state.state

async function line(): Promise<Shown['state']> {
  const lines = (await outside()).trunks.find(({ name }) => name === 'lines')
  return lines?.state ?? { state: 'none', text: 'none' }
}

async function lastRecord(callId: string): Promise<CallRecord> {
  return eventually(5_000, 'the record of the call', async () => {
    const { recent } = await box.ask<{ recent: CallRecord[] }>('/api/calls')
    return recent.find((record) => record.callId === callId && record.endedAt !== undefined)
  })
}

const hears = (call: PhoneCall, hertz: number) =>
  eventually(8_000, `the tone of ${hertz} Hz`, () => call.heard(hertz).share > 0.9)

test('a call out is heard on both sides', async () => {
  const listening = await phone.call('030200')
  await listening.answered()
  await hears(listening, 1004)
  await listening.hangUp()
  const { attempts, q850 } = await lastRecord(listening.callId)
  expect(attempts).toMatchObject([{ target: 'lines', status: 200 }])
  expect(q850).toBe(16)

  const talking = await phone.call('030201')
  await talking.answered()
  const samples = await eventually(10_000, 'the recording', () =>
    samplesOf(asterisk.file('heard.wav'), 12_000),
  )
  expect(shareAt(samples.slice(4_000, 12_000), 440)).toBeGreaterThan(0.9)
  await talking.hangUp()
})

test('a call in rings the phone of the number, and is heard', async () => {
  const arriving = phone.nextCall()
  await asterisk.command('channel originate Local/+493055501@from-the-network application Milliwatt')
  const call = await arriving
  await call.acknowledged()
  await hears(call, 1004)
  await call.hangUp()
})

test.each([
  ['busy', '030217', 486, 17],
  ['declined', '030221', 603, 21],
  ['unallocated', '030222', 404, 1],
])('a number that is %s is tried once only', async (_, number, status, cause) => {
  const before = second.dialled.length
  const call = await phone.call(number)
  const refusal = await call.answered().catch((error: unknown) => error)
  const record = await lastRecord(call.callId)
  expect(record.attempts).toMatchObject([{ target: 'lines', q850: cause }])
  expect(second.dialled.length).toBe(before)
  expect(refusal).toMatchObject({ status })
})

test('congestion sends the call to the next trunk', async () => {
  const call = await phone.call('030234')
  await call.answered()
  expect(second.dialled.at(-1)).toBe('+4930234')
  await call.hangUp()
  const { attempts } = await lastRecord(call.callId)
  expect(attempts).toMatchObject([
    { target: 'lines', status: 503, q850: 34 },
    { target: 'second', status: 200 },
  ])
})

test('a caller who gives up is heard of at Asterisk', async () => {
  const call = await phone.call('030280')
  await eventually(5_000, 'the ringing', () => call.statuses.includes(180))
  await call.cancel()
  await eventually(5_000, 'the end of the channel', async () =>
    /^0 active channels/m.test(await asterisk.command('core show channels count')),
  )
})

test('a line that is down is passed over, visibly, and used again when it is back', async () => {
  await provider.stop()
  await eventually(20_000, 'the line to be down', async () =>
    /unavailable at the Asterisk/.test((await line()).text),
  )
  const call = await phone.call('030200')
  await call.answered()
  expect(second.dialled.at(-1)).toBe('+4930200')
  await call.hangUp()
  await provider.start()
  await eventually(20_000, 'the line to be up', async () => (await line()).state === 'good')
  const next = await phone.call('030200')
  await next.answered()
  await hears(next, 1004)
  await next.hangUp()
})

test('the cause of a failed call comes by AMI when Asterisk puts no Reason into SIP', async () => {
  await asterisk.kill()
  await eventually(10_000, 'the loss', async () => (await ami()) === 'failed')
  asterisk.leftOut.add('res_pjsip_rfc3326')
  await asterisk.start()
  await eventually(20_000, 'AMI', async () => (await ami()) === 'good')
  await eventually(20_000, 'the line', async () => (await line()).state === 'good')
  const call = await phone.call('030234')
  await call.answered()
  await call.hangUp()
  // 503 alone would stand for 41, temporary failure.
  const { attempts } = await lastRecord(call.callId)
  expect(attempts).toMatchObject([
    { target: 'lines', status: 503, q850: 34 },
    { target: 'second', status: 200 },
  ])
})

/** 16 bit samples of a WAV file, once there are so many. */
function samplesOf(file: string, count: number): number[] | undefined {
  let data: Buffer
  try {
    data = readFileSync(file).subarray(44)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  if (data.length < count * 2) return undefined
  return Array.from({ length: Math.floor(data.length / 2) }, (_, index) => data.readInt16LE(index * 2))
}
