import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CallRecord } from '../../../src/domain/call-record.ts'
import { Asterisk } from '../../support/asterisk.ts'
import { asteriskRole } from '../../support/asterisk-role.ts'
import { freePort } from '../../support/free-port.ts'
import { CallRefused } from '../../support/sip/phone-call.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { TestBox } from '../../support/test-box.ts'
import { TinyCarrier } from '../../support/tiny-carrier.ts'
import { eventually } from '../../support/within.ts'

const domain = 'pbx.test'
let asterisk: Asterisk
let box: TestBox
/** 201 registers through the box, 202 at the PBX itself. */
let fronted: SipPhone
let direct: SipPhone
const carrier = new TinyCarrier({ tone: 660 })
/** Of the PBX's domain as it says, without a password. */
let stranger: SipPhone
/** Knows the way to the Asterisk. */
let passerBy: SipPhone

beforeAll(async () => {
  const boxPort = await freePort()
  await carrier.start()
  asterisk = new Asterisk({
    address: '127.0.0.2',
    files: asteriskRole('pbx', { box: `127.0.0.1:${boxPort}` }),
  })
  await asterisk.start()
  box = new TestBox({
    sipPort: boxPort,
    config: {
      box: { logLevel: 'debug' },
      registrar: { algorithms: ['MD5'] },
      numbering: { country: 'DE', areaCode: '30' },
      users: ['201', '202'].map((user) => ({
        aor: `${user}@${domain}`,
        password: `secret-${user}`,
        numbers: [`+49301234${user}`],
      })),
      trunks: [{ name: 'lines', server: carrier.hostPort }],
      asterisks: [
        {
          name: 'pbx',
          host: asterisk.address,
          port: asterisk.amiPort,
          username: 'causeway',
          secret: 'secret',
        },
      ],
      pbxs: [
        {
          name: 'main',
          server: asterisk.hostPort,
          domain,
          asterisk: 'pbx',
          optionsIntervalMs: 500,
          holdDownMs: 1_000,
        },
      ],
    },
  })
  await box.start()
  fronted = new SipPhone({ aor: `201@${domain}`, password: 'secret-201', server: box.server, tone: 440 })
  const [host, port] = asterisk.hostPort.split(':')
  direct = new SipPhone({
    aor: `202@${domain}`,
    password: 'secret-202',
    server: { host: host ?? '', port: Number(port) },
    tone: 880,
  })
  for (const phone of [fronted, direct]) {
    await phone.start()
    await phone.register()
  }
  const listen = { address: '127.0.0.4' }
  stranger = new SipPhone({ aor: `299@${domain}`, server: box.server, listen, tone: 550 })
  passerBy = new SipPhone({ aor: `299@${domain}`, listen, tone: 550 })
  await stranger.start()
  await passerBy.start()
})

afterAll(async () => {
  for (const part of [fronted, direct, stranger, passerBy, box, asterisk, carrier]) await part?.stop()
})

interface AsteriskShown {
  readonly contacts: number
  readonly state: { readonly state: string }
}

async function shown(): Promise<AsteriskShown | undefined> {
  const { asterisks } = await box.ask<{ asterisks: AsteriskShown[] }>('/api/outside')
  return asterisks[0]
}

async function talks(): Promise<void> {
  const arriving = direct.nextCall()
  const call = await fronted.call('202')
  await call.answered()
  const answered = await arriving
  await eventually(8_000, 'the tone of 880 Hz', () => call.heard(880).share > 0.9)
  await eventually(8_000, 'the tone of 440 Hz', () => answered.heard(440).share > 0.9)
  await call.hangUp()
}

test('phones call each other through the Asterisk, and the box knows where both are', async () => {
  await eventually(10_000, 'both contacts', async () => (await shown())?.contacts === 2)
  await talks()
})

async function records(): Promise<readonly CallRecord[]> {
  return (await box.ask<{ recent: CallRecord[] }>('/api/calls')).recent
}

test('a phone of the Asterisk calls outside by the box with its own number, and the PBX pays', async () => {
  const call = await fronted.call('030200')
  await call.answered()
  await eventually(8_000, 'the tone of the carrier', () => call.heard(660).share > 0.9)
  expect(carrier.dialled).toEqual(['+4930200'])
  expect(carrier.invites[0]?.from.uri).toContain('+49301234201@')
  await call.hangUp()
  const paid = await eventually(5_000, 'the record', async () =>
    (await records()).find(({ path, endedAt }) => path === 'trunk' && endedAt !== undefined),
  )
  expect(paid).toMatchObject({ source: 'pbx', sourceLabel: 'main', payer: 'main', outsideNumber: '+4930200' })
})

test.each([
  ['201', () => fronted, 440],
  ['202', () => direct, 880],
])('a call from outside to the number of %s comes by way of the Asterisk', async (user, phoneOf, tone) => {
  const arriving = phoneOf().nextCall()
  const call = await carrier.callIn(`+49301234${user}`, '+4989123456', box.hostPort)
  await call.answered()
  const answered = await arriving
  expect(answered.invite.from.uri).toContain('+4989123456@')
  await eventually(8_000, 'the tone of the carrier', () => answered.heard(660).share > 0.9)
  await eventually(8_000, 'the tone of the phone', () => call.heard(tone).share > 0.9)
  await call.hangUp()
  await eventually(5_000, 'the record', async () =>
    (await records()).find(
      ({ source, path, to }) => source === 'trunk' && path === 'pbx' && to.includes(`1234${user}`),
    ),
  )
})

function isForbidden(error: unknown): boolean {
  return error instanceof CallRefused && [401, 403, 407].includes(error.status)
}

test('who has no password gets nowhere, whatever he says of himself', async () => {
  const headers = { 'Causeway-Caller': 'trunk' }
  const { hostPort } = asterisk
  const before = carrier.dialled.length
  for (const target of ['030200', '202', `sip:202@${hostPort}`, `sip:030200@${hostPort}`]) {
    const by = target.startsWith('sip:') ? passerBy : stranger
    const call = await by.call(target, { headers })
    await expect(call.answered()).rejects.toSatisfy(isForbidden)
  }
  expect(carrier.dialled.length).toBe(before)
})

test('the box has the Asterisk call a phone, shows the call, and hangs it up', async () => {
  const at = `${box.adminUrl}/api/outside/asterisks/pbx`
  const arriving = [direct.nextCall(), fronted.nextCall()]
  const order = { channel: 'PJSIP/202', context: 'phones', extension: '201', callerId: '201' }
  const placed = await fetch(`${at}/originate`, { method: 'POST', body: JSON.stringify(order) })
  expect(await placed.json()).toMatchObject({ isAnswered: true })
  const [first, second] = await Promise.all(arriving)
  await eventually(8_000, 'the tone of 880 Hz', () => (second?.heard(880).share ?? 0) > 0.9)
  const { channels } = await box.ask<{ channels: { name: string }[] }>('/api/outside/asterisks/pbx')
  const channel = channels.find(({ name }) => name.startsWith('PJSIP/202-'))?.name ?? ''
  const hangUp = () => fetch(`${at}/channels/${encodeURIComponent(channel)}`, { method: 'DELETE' })
  expect((await hangUp()).status).toBe(200)
  expect(await first?.ended()).toBe('far-end')
  await eventually(5_000, 'the word of the Asterisk', async () => (await hangUp()).status === 502)
})

test('when it is dead a phone that only ever registered there is still found, also after a restart of the box', async () => {
  await eventually(15_000, 'the mirror on disk', async () =>
    /phones of the PBX kept/.test(box.log.join('\n')),
  )
  await asterisk.kill()
  await eventually(15_000, 'survival', () => box.log.some((line) => /"to":"survival"/.test(line)))
  await talks()
  await box.kill()
  await box.start()
  await fronted.register()
  expect(box.log.some((line) => line.includes('the box goes on standing in for the PBX'))).toBe(true)
  await talks()
  await asterisk.start()
  await eventually(20_000, 'the return', () => box.log.some((line) => /"to":"normal"/.test(line)))
  await eventually(10_000, 'AMI', async () => (await shown())?.state.state === 'good')
})
