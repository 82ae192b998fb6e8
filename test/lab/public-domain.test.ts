import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { Kamailio } from '../support/kamailio.ts'
import { KnotServer } from '../support/knot-server.ts'
import { SipPhone } from '../support/sip-phone.ts'
import { site, users } from '../support/site.ts'
import { TestBox } from '../support/test-box.ts'

// A box and a public domain that know of each other only by the DNS. The first SRV target of both is dead.
const nameServer = '127.0.0.153'
const publicDomain = 'public.test'
const deadAddress = '127.0.0.77'

const bob = new SipPhone({ aor: `bob@${publicDomain}` })
const kamailioPort = await freePort('127.0.0.4')
const boxPort = await freePort('127.0.0.5')
const box = new TestBox({
  address: '127.0.0.5',
  sipPort: boxPort,
  config: {
    sip: { listen: [`sip:127.0.0.5:${boxPort};transport=udp,tcp`], domains: [site] },
    users: users('201'),
    dns: { servers: [nameServer] },
  },
})
const knot = new KnotServer({
  address: nameServer,
  port: 53,
  zones: {
    [publicDomain]: zoneOf(publicDomain, '127.0.0.4', kamailioPort),
    [site]: zoneOf(site, '127.0.0.5', boxPort),
  },
})
let kamailio: Kamailio
let phone: SipPhone

beforeAll(async () => {
  await Promise.all([knot.start(), bob.start()])
  kamailio = new Kamailio({
    domain: publicDomain,
    address: '127.0.0.4',
    port: kamailioPort,
    users: { bob: bob.contact.slice(1, -1) },
    nameServer,
  })
  await Promise.all([kamailio.start(), box.start()])
  phone = new SipPhone({ aor: `201@${site}`, password: 'secret-201', server: box.server })
  await phone.start()
  await phone.register()
})
afterAll(async () => {
  await Promise.all([phone?.stop(), bob.stop(), box.stop(), kamailio?.stop(), knot.stop()])
})

test('a phone of the box reaches a public domain by NAPTR and SRV, past the dead target', async () => {
  const call = await phone.call(`sip:bob@${publicDomain}`)
  await call.answered()
  const answered = await bob.nextCall()
  await answered.acknowledged()
  expect(answered.invite.from.uri).toContain(`201@${site}`)
  expect((await call.reInvite('sendonly')).status).toBe(200)
  await answered.hangUp()
  expect(await call.ended()).toBe('far-end')
})

test('a user of the public domain reaches a phone of the box by RFC 3263', async () => {
  bob.answering = 'answer'
  const caller = new SipPhone({
    aor: `bob@${publicDomain}`,
    server: { host: kamailio.address, port: kamailio.port },
  })
  await caller.start()
  try {
    const call = await caller.call(`sip:201@${site}`)
    await call.answered()
    const answered = await phone.nextCall()
    await answered.acknowledged()
    expect(answered.invite.from.uri).toContain(`bob@${publicDomain}`)
    await call.hangUp()
    expect(await answered.ended()).toBe('far-end')
  } finally {
    await caller.stop()
  }
})

test('the refusals of the other domain come through: unknown there, unknown here', async () => {
  await expect((await phone.call(`sip:nobody@${publicDomain}`)).answered()).rejects.toMatchObject({
    status: 404,
  })
  const caller = new SipPhone({
    aor: `bob@${publicDomain}`,
    server: { host: kamailio.address, port: kamailio.port },
  })
  await caller.start()
  try {
    await expect((await caller.call(`sip:299@${site}`)).answered()).rejects.toMatchObject({ status: 404 })
  } finally {
    await caller.stop()
  }
})

test('a stranger gets no way through the box to another domain', async () => {
  const stranger = new SipPhone({
    aor: 'eve@elsewhere.test',
    server: box.server,
    listen: { address: '127.0.0.9' },
  })
  await stranger.start()
  try {
    await expect((await stranger.call(`sip:bob@${publicDomain}`)).answered()).rejects.toMatchObject({
      status: 403,
    })
    await expect((await stranger.call('sip:+4930123456@site-a.test')).answered()).rejects.toMatchObject({
      status: expect.toSatisfy((status: number) => status === 403 || status === 404),
    })
  } finally {
    await stranger.stop()
  }
})

test('a domain that does not exist is answered, with the reason in the decision record', async () => {
  const call = await phone.call(`sip:bob@no.${publicDomain}`)
  await expect(call.answered()).rejects.toMatchObject({
    status: expect.toSatisfy((status) => [404, 503].includes(status as number)),
  })
  const { steps } = await box.ask<{ steps: unknown[] }>(
    `/api/calls/${encodeURIComponent(call.callId)}/decision`,
  )
  expect(steps.length).toBeGreaterThan(0)
})

function zoneOf(domain: string, address: string, port: number): string {
  return `
${domain}. 60 SOA ns.${domain}. root.${domain}. 1 3600 600 86400 30
${domain}. 60 NS ns.${domain}.
ns.${domain}. 60 A ${nameServer}
${domain}. 60 NAPTR 10 10 "s" "SIP+D2U" "" _sip._udp.${domain}.
${domain}. 60 NAPTR 20 10 "s" "SIP+D2T" "" _sip._tcp.${domain}.
_sip._udp.${domain}. 60 SRV 10 0 5060 dead.${domain}.
_sip._udp.${domain}. 60 SRV 20 0 ${port} live.${domain}.
_sip._tcp.${domain}. 60 SRV 10 0 ${port} live.${domain}.
dead.${domain}. 60 A ${deadAddress}
live.${domain}. 60 A ${address}
live.${domain}. 60 AAAA 2001:db8::1
`
}
