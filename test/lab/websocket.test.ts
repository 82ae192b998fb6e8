import { afterAll, beforeAll, expect, test } from 'vitest'
import { BrowserPhone } from '../support/browser-phone.ts'
import { freePort } from '../support/free-port.ts'
import { Rtpengine } from '../support/rtpengine.ts'
import { SipPhone } from '../support/sip-phone.ts'
import { callerFields, registerFields } from '../support/sipp-fields.ts'
import { SippRun } from '../support/sipp-run.ts'
import { site, siteConfig } from '../support/site.ts'
import { TestBox } from '../support/test-box.ts'
import { certificateFile, keyFile, testCertificate } from '../support/test-certificate.ts'
import { eventually } from '../support/within.ts'

const rtpengine = new Rtpengine()
const sipPort = await freePort()
const wssPort = await freePort()
const phone = new SipPhone({
  aor: `203@${site}`,
  password: 'secret-203',
  server: { host: '127.0.0.1', port: sipPort },
  tone: 880,
})
const browser = new BrowserPhone({
  aor: `201@${site}`,
  password: 'secret-201',
  url: `wss://127.0.0.1:${wssPort}`,
  certificate: testCertificate('box').cert,
})
let box: TestBox

beforeAll(async () => {
  await rtpengine.start()
  const base = siteConfig('201', '202', '203')
  box = new TestBox({
    sipPort,
    config: {
      ...base,
      sip: {
        ...base.sip,
        listen: [`sip:127.0.0.1:${sipPort};transport=udp,tcp`, `sip:127.0.0.1:${wssPort};transport=wss`],
        tls: { certFile: certificateFile('box'), keyFile: keyFile('box') },
      },
      media: { rtpengine: { host: rtpengine.address, port: rtpengine.port } },
    },
  })
  await Promise.all([box.start(), phone.start()])
  await Promise.all([browser.start(), phone.register()])
})
afterAll(async () => {
  await Promise.all([browser.stop(), phone.stop()])
  await Promise.all([box?.stop(), rtpengine.stop()])
})

test('a browser registers with digest over its WebSocket', async () => {
  const [binding] = await bindingsOfBrowser()
  expect(binding?.contact).toMatch(/\.invalid;transport=ws/)
  expect(binding?.source.transport).toBe('wss')
})

test('it calls SIPp, and hangs up', async () => {
  const callee = await registeredSipp('callee')
  try {
    await browser.call(`sip:202@${site}`)
    await browser.event('confirmed')
    await browser.hangUp()
    await browser.event('ended')
    expect(await callee.stop()).toMatchObject({ successful: 1, failed: 0 })
  } finally {
    await callee.end()
  }
})

test('SIPp calls it, and hangs up', async () => {
  const caller = new SippRun({
    scenario: 'caller',
    target: box.hostPort,
    port: await freePort(),
    calls: 1,
    fields: [callerFields('202', 'secret-202', site, '201')],
    holdMs: 500,
  })
  expect(await caller.run()).toMatchObject({ successful: 1, failed: 0 })
  await browser.event('confirmed')
  await browser.event('ended')
})

test('sound passes both ways between it and a phone that knows only RTP', async () => {
  const call = await phone.call('201')
  await call.answered()
  await browser.event('confirmed')
  await eventually(10_000, 'sound from the browser', () => call.heard(440).packets > 25)
  await eventually(10_000, 'sound in the browser', async () => (await browser.heard()) > 25)
  await browser.hangUp()
  expect(await call.ended()).toBe('far-end')
  await browser.event('ended')
})

test('after a reload of its page it is called on the new connection, which replaces the old', async () => {
  const before = await bindingsOfBrowser()
  await browser.load()
  const after = await bindingsOfBrowser()
  expect(after).toHaveLength(1)
  expect(after[0]?.source.port).not.toBe(before[0]?.source.port)
  const call = await phone.call('201')
  await call.answered()
  await browser.event('confirmed')
  await call.hangUp()
  await browser.event('ended')
})

interface Binding {
  readonly aor: string
  readonly contact: string
  readonly source: { readonly transport: string; readonly port: number }
}

async function bindingsOfBrowser(): Promise<Binding[]> {
  const { bindings } = await box.ask<{ bindings: Binding[] }>('/api/registrations')
  return bindings.filter(({ aor }) => aor === `sip:201@${site}`)
}

/** SIPp as the phone of 202. */
async function registeredSipp(scenario: string): Promise<SippRun> {
  const port = await freePort()
  await new SippRun({
    scenario: 'register',
    target: box.hostPort,
    port,
    calls: 1,
    fields: [registerFields('202', 'secret-202', site)],
    keys: { contact_port: String(port), contact_transport: 'udp' },
  }).run()
  const callee = new SippRun({ scenario, port })
  await callee.start()
  return callee
}
