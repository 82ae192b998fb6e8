import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type RunningBox, runBox } from '../../support/running-box.ts'
import type { IncomingCall } from '../../support/sip/incoming-call.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { TinyCarrier } from '../../support/tiny-carrier.ts'
import { eventually } from '../../support/within.ts'

interface Told {
  readonly event: string
  readonly summary: string
  readonly facts: { readonly phase: string; readonly isTest: boolean; readonly location: string }
}

const running: { stop(): unknown }[] = []

afterEach(async () => {
  for (const part of running.splice(0).reverse()) await part.stop()
})

async function begun<Kind extends { start(): Promise<void>; stop(): Promise<void> }>(
  part: Kind,
): Promise<Kind> {
  running.push(part)
  await part.start()
  return part
}

/** A program that is told. */
async function aWebhook() {
  const told: Told[] = []
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const notice = JSON.parse(Buffer.concat(chunks).toString()) as Told
      if (notice.event === 'emergency') told.push(notice)
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  running.push({ stop: () => server.close() })
  return { told, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
}

const anna = { aor: '201@site-a.example', password: 'secret', numbers: ['+49301234501'] }
const kid = { aor: '202@site-a.example', password: 'secret', mayDial: ['internal'] }

async function aSite(
  carrier: TinyCarrier,
  more: { trunk?: object; emergency?: object; config?: object } = {},
) {
  const webhook = await aWebhook()
  const box = await runBox({
    sip: { domains: ['site-a.example'] },
    numbering: { country: 'DE', areaCode: '30', emergencyTestNumber: '9112' },
    users: [anna, kid, { aor: '200@site-a.example', password: 'secret' }],
    trunks: [{ name: 'carrier', server: carrier.hostPort, callerId: '+49301234500', ...more.trunk }],
    emergency: { location: 'Hauptstr. 5', networks: ['127.0.0.0/8'], ...more.emergency },
    notices: { webhooks: [{ url: webhook.url }] },
    ...more.config,
  })
  running.push(box)
  const phone = (user: string, password = 'secret') =>
    begun(new SipPhone({ aor: `${user}@site-a.example`, password, server: box.server }))
  return { box, phone, told: webhook.told }
}

/** The call that the carrier gets next. */
const rescuers = (carrier: TinyCarrier): Promise<IncomingCall> => carrier.phone.nextCall()

async function emergenciesAt({
  adminUrl,
}: RunningBox): Promise<{ id: string; text: string; isAcknowledged: boolean }[]> {
  const response = await fetch(`${adminUrl}/api/outside`, { signal: AbortSignal.timeout(5_000) })
  return ((await response.json()) as { emergencies: { id: string; text: string; isAcknowledged: boolean }[] })
    .emergencies
}

describe('a call for help', () => {
  it('from a phone that is not registered and knows no password reaches the trunk, and the desk hears of it', async () => {
    const carrier = await begun(new TinyCarrier())
    const { told, phone } = await aSite(carrier, { emergency: { desk: ['200@site-a.example'] } })
    const desk = await phone('200')
    await desk.register()
    const lost = await phone('202', 'wrong')
    const call = await lost.call('112')
    await call.answered()
    expect(carrier.dialled).toEqual(['112'])
    const { invite } = await rescuers(carrier)
    expect(invite.get('p-asserted-identity')).toContain('+49301234500')
    expect(invite.get('priority')).toBe('emergency')
    await call.hangUp()
    await eventually(15_000, 'three notices', () => told.length === 3)
    expect(told.map(({ facts }) => facts.phase)).toEqual(['begin', 'answer', 'end'])
    const alarm = 'EMERGENCY CALL to 112 from sip:202@site-a.example, Hauptstr. 5, call back +49301234500'
    expect(told[0]?.summary).toBe(alarm)
    await eventually(15_000, 'the message', () => desk.received.some(({ method }) => method === 'MESSAGE'))
    const message = desk.received.find(({ method }) => method === 'MESSAGE')
    expect(message?.body.toString()).toContain('Hauptstr. 5')
  })

  it('of a caller who hides his number shows it all the same, with where he is (RFC 6442)', async () => {
    const carrier = await begun(new TinyCarrier())
    const { phone } = await aSite(carrier, { trunk: { emergencyLocation: 'pidf-lo' } })
    const caller = await phone('201')
    await caller.register()
    const call = await caller.call('112', { from: 'sip:anonymous@anonymous.invalid' })
    await call.answered()
    const { invite } = await rescuers(carrier)
    expect(invite.get('from')).toContain('+49301234501')
    expect(invite.get('privacy') ?? 'none').toBe('none')
    expect(invite.get('content-type')).toMatch(/^multipart\/mixed/)
    expect(invite.get('geolocation')).toMatch(/^<cid:/)
    expect(invite.body.toString()).toContain('<note>Hauptstr. 5</note>')
    await call.hangUp()
  })

  it('makes room when every channel is taken, and whoever makes room sees why', async () => {
    const carrier = await begun(new TinyCarrier())
    const { phone } = await aSite(carrier, { trunk: { maxCalls: 1 } })
    const talker = await phone('201')
    const usual = await talker.call('03098765432')
    await usual.answered()
    await rescuers(carrier)
    const helped = await phone('202')
    const call = await helped.call('112')
    await call.answered()
    await usual.ended()
    const bye = usual.received.find(({ method }) => method === 'BYE')
    expect(bye?.get('reason')).toContain('preemption ;cause=5')
    expect(carrier.dialled).toEqual(['+493098765432', '112'])
    await call.hangUp()
  })

  it('leaves by the trunk of a neighbour country with its number, and by the next one when that fails', async () => {
    const [french, german] = [
      await begun(new TinyCarrier({ answering: 'busy' })),
      await begun(new TinyCarrier()),
    ]
    const trunks = [
      { name: 'french', server: french.hostPort, numbers: { country: 'FR' } },
      { name: 'german', server: german.hostPort },
    ]
    const { phone } = await aSite(german, { config: { trunks } })
    const call = await (await phone('202')).call('110')
    await call.answered()
    expect([french.dialled, german.dialled]).toEqual([['17'], ['110']])
    await call.hangUp()
  })

  it('stays on the page until it is acknowledged, and rescuers who call back reach the phone', async () => {
    const carrier = await begun(new TinyCarrier())
    const { box, phone } = await aSite(carrier, { config: { admin: { port: 0 } } })
    const caller = await phone('202')
    await caller.register()
    const call = await caller.call('112')
    await call.answered()
    await call.hangUp()
    await eventually(
      5_000,
      'the end',
      async () => (await emergenciesAt(box))[0]?.text.startsWith('over') ?? false,
    )

    const back = await carrier.callIn('+49301234500', '112', `127.0.0.1:${box.server.port}`)
    await back.answered()
    expect((await caller.nextCall()).isUp).toBe(true)
    await back.hangUp()

    const [{ id } = { id: '' }] = await emergenciesAt(box)
    await fetch(`${box.adminUrl}/api/outside/emergencies/${id}/acknowledge`, { method: 'POST' })
    expect(await emergenciesAt(box)).toMatchObject([{ id, isAcknowledged: true }])
  })
})

describe('the test number', () => {
  it('is handled like an emergency, is marked as a test, and is answered by whom the config names', async () => {
    const carrier = await begun(new TinyCarrier())
    const { phone, told } = await aSite(carrier, { emergency: { testAnswer: '+4915112345678' } })
    const call = await (await phone('202', 'wrong')).call('9112')
    await call.answered()
    expect(carrier.dialled).toEqual(['+4915112345678'])
    await call.hangUp()
    await eventually(15_000, 'three notices', () => told.length === 3)
    expect(told.map(({ facts }) => facts.isTest)).toEqual([true, true, true])
  })
})

it('nobody from outside of the own networks calls for help without a password', async () => {
  const carrier = await begun(new TinyCarrier())
  const { phone } = await aSite(carrier, { emergency: { networks: ['192.0.2.0/24'] } })
  const stranger = await phone('202', 'wrong')
  await expect((await stranger.call('112')).answered()).rejects.toThrow('407')
  expect(carrier.dialled).toEqual([])
})
