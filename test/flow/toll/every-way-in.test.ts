import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SipPhone } from '../../support/sip-phone.ts'
import { TinyPbx } from '../../support/tiny-pbx.ts'
import { eventually } from '../../support/within.ts'
import { AStolenAccount, domain, tried } from './a-stolen-account.ts'

const number = '03098765432'
const spellings = (host: string) => [
  `sip:${number}@${domain}`,
  `sip:+493098765432@${host};user=phone`,
  `sip:+493098765432@${domain}`,
  'tel:+493098765432',
  'sips:+493098765432@site-a.example',
]
/** URIs of the carrier that look like somebody else's. */
const detours = (hostPort: string) => {
  const [host, port] = hostPort.split(':')
  return [
    `sip:+493098765432@far.example:${port};maddr=${host}`,
    `sip:+493098765432@far.example:${port};MADDR=${host};transport=udp`,
    `sip:+493098765432@${host}.:${port}`,
  ]
}

/** Nothing that has not proven who it is may reach a trunk; whatever is tried here, the carrier must not hear of it. */
describe('no way in leads out by a trunk', () => {
  const site = new AStolenAccount()
  let stranger: SipPhone
  let pbx: TinyPbx
  let boxHost: string

  beforeAll(async () => {
    pbx = await site.begin(new TinyPbx({ domain: 'pbx.example', users: { '101': 'pw-101' } }))
    await site.start({
      pbxs: [{ name: 'office', server: pbx.hostPort, domain: 'pbx.example', optionsIntervalMs: 200 }],
      guard: { neverBan: ['127.0.0.1'] },
    })
    boxHost = `127.0.0.1:${site.box.server.port}`
    const { server } = site.box
    stranger = await site.begin(new SipPhone({ aor: 'mallory@elsewhere.example', server }))
  })

  afterAll(() => site.stop())

  const everyUri = () => {
    const { hostPort } = site.carrier
    return [...spellings(boxHost), ...spellings(hostPort), ...detours(hostPort)]
  }
  const silentCarrier = () => expect(site.carrier.dialled).toEqual([])

  it('for a public caller', async () => {
    for (const uri of everyUri()) {
      expect(await tried(stranger, uri)).toBeGreaterThanOrEqual(400)
    }
    silentCarrier()
  })

  it('for somebody who takes the name of a user, whatever he asserts', async () => {
    const forged = await site.phone('201', { password: 'guessed' })
    const nameless = await site.begin(new SipPhone({ aor: `201@${domain}`, server: site.box.server }))
    for (const phone of [forged, nameless]) {
      for (const uri of everyUri()) {
        const status = await tried(phone, uri, {
          'P-Asserted-Identity': `<sip:201@${domain}>`,
          Diversion: `<sip:201@${domain}>`,
        })
        expect(status).toBe(407)
      }
    }
    silentCarrier()
  })

  it('for a user with another user’s name', async () => {
    const kid = await site.phone('203')
    const call = await kid.call(number, { from: `sip:201@${domain}` })
    await expect(call.answered()).rejects.toThrow('403')
    silentCarrier()
  })

  it('for a user without the right, also not by the address of the provider', async () => {
    const kid = await site.phone('203')
    for (const uri of everyUri()) {
      expect(await tried(kid, uri)).toBe(403)
    }
    silentCarrier()
  })

  it('for a phone of a PBX that is gone', async () => {
    await pbx.stop()
    const { server } = site.box
    const phone = await site.begin(new SipPhone({ aor: '101@pbx.example', server }))
    await eventually(10_000, 'the box to ask for the password itself', async () => {
      const status = await tried(phone, `sip:${number}@pbx.example`)
      return status === 407
    })
    silentCarrier()
  })

  it('for a stranger in a call who wants to be transferred, or transfers', async () => {
    const anna = await site.phone('201')
    await anna.register()
    const call = await stranger.call(`sip:201@${domain}`)
    await call.answered()
    for (const uri of spellings(boxHost)) {
      const { status } = await call.send('REFER', { headers: { 'Refer-To': `<${uri}>` } })
      expect(status).toBe(603)
    }
    await call.hangUp()
    silentCarrier()
  })

  it('for a carrier that transfers or redirects', async () => {
    const call = await site.carrier.callIn('+49301234501', '+4989123456', boxHost)
    await call.answered()
    const { status } = await call.send('REFER', { headers: { 'Refer-To': `<sip:${number}@${boxHost}>` } })
    expect(status).toBe(603)
    await call.hangUp()
    silentCarrier()

    const anna = await site.phone('201')
    site.carrier.phone.answering = 'manual'
    const outcome = tried(anna, '030111111')
    const rung = await site.carrier.phone.nextCall()
    rung.refuse(302, { Contact: `<sip:+493098765432@${site.carrier.hostPort}>` })
    expect(await outcome).toBe(480)
    expect(site.carrier.dialled.splice(0)).toEqual(['+4930111111'])
    site.carrier.phone.answering = 'answer'
  })

  it('for a phone that says it is to be called by way of the provider', async () => {
    const thief = await site.phone('202')
    const { hostPort } = site.carrier
    const [host, port] = hostPort.split(':')
    for (const way of [`${hostPort};lr`, `edge.example:${port};lr;maddr=${host}`, `x@${host}.:${port};lr`]) {
      const contact = `<sip:+493098765432@${hostPort}>`
      await thief.register({ headers: { Path: `<sip:${way}>`, Supported: 'path', Contact: contact } })
      expect(await tried(stranger, `sip:202@${domain}`)).toBe(480)
      const answer = await stranger.request('MESSAGE', `sip:202@${domain}`)
      expect(answer.status).toBe(480)
    }
    const seen = site.carrier.phone.received.map(({ method }) => method)
    expect(seen).not.toContain('MESSAGE')
    silentCarrier()
  })

  it('for a domain that redirects', async () => {
    const elsewhere = await site.begin(new SipPhone({ aor: 'bert@127.0.0.1', answering: 'manual' }))
    const anna = await site.phone('201')
    const outcome = tried(anna, `sip:bert@${elsewhere.endpoint.hostPort}`)
    const rung = await elsewhere.nextCall()
    rung.refuse(302, { Contact: `<sip:${number}@${domain}>` })
    expect(await outcome).toBe(480)
    silentCarrier()
  })

  it('for an INVITE that wants to take over a call', async () => {
    const replaces = 'nobody@nowhere;to-tag=1;from-tag=2'
    expect(await tried(stranger, `sip:${number}@${domain}`, { Replaces: replaces })).toBeGreaterThanOrEqual(
      400,
    )
    expect(
      await tried(stranger, `sip:201@${domain}`, { Replaces: replaces, Require: 'replaces' }),
    ).toBeGreaterThanOrEqual(400)
    silentCarrier()
  })

  it.each(['MESSAGE', 'NOTIFY', 'SUBSCRIBE', 'INFO', 'REFER', 'PUBLISH'])(
    'for %s, even of a user',
    async (method) => {
      const seen = site.carrier.phone.received.length
      const anna = await site.phone('201')
      for (const uri of everyUri()) {
        await anna.request(method, uri, {
          headers: { 'Refer-To': `<sip:${number}@${boxHost}>`, Event: 'refer' },
        })
      }
      const came = site.carrier.phone.received.slice(seen)
      expect(came.filter((request) => request.method === method)).toEqual([])
      silentCarrier()
    },
  )
})

it('a box that only forwards calls among its phones leaves a redirection to the caller', async () => {
  const site = new AStolenAccount()
  try {
    await site.start({ sip: { domains: [domain], callHandling: 'proxy' } })
    const [caller, forwarding] = [await site.phone('203'), await site.phone('202', { answering: 'manual' })]
    await forwarding.register()
    const outcome = tried(caller, '202')
    const rung = await forwarding.nextCall()
    rung.refuse(302, { Contact: `<sip:+493098765432@${site.carrier.hostPort}>` })
    expect(await outcome).toBe(302)
    expect(site.carrier.dialled).toEqual([])
  } finally {
    await site.stop()
  }
})
