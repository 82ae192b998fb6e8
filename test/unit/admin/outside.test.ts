import { describe, expect, it } from 'vitest'
import { createAdminApp } from '../../../src/admin/app.ts'
import { type AsteriskOrders, noAsterisks } from '../../../src/admin/asterisk-orders.ts'
import { nothingOutside, type OutsideView } from '../../../src/admin/outside-view.ts'
import { aBoxView } from '../../support/a-box-view.ts'

function anApp(outside: Partial<OutsideView>) {
  const box = aBoxView({ outside: { ...nothingOutside, ...outside } })
  return createAdminApp(box, { token: undefined, refreshMs: 1_000 })
}

const post = (body: string) => ({
  method: 'POST',
  body,
  headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
})
const blocked = { payer: 'sip:201@site-a.example', since: 0, why: '20 calls a minute to premium numbers' }
const forHelp = {
  ...{ id: 'call-1', at: 0, number: '112', isTest: false, caller: '<b>201</b>', location: 'Main St 5' },
  ...{ text: 'answered by trunk provider', isAcknowledged: false },
}

/** Orders as they came to an Asterisk "pstn" with one call. */
class Ordered {
  readonly orders: unknown[] = []
  answer: Awaited<ReturnType<AsteriskOrders['hangUp']>> = { kind: 'done', value: undefined }

  get outside(): Partial<OutsideView> {
    const state = { name: 'asterisk pstn', state: 'good', text: 'connected' } as const
    return {
      asterisks: () => [{ name: 'pstn', state, endpoints: 1, contacts: 0, channels: 1 }],
      asteriskOrders: {
        ...noAsterisks,
        channels: (name) =>
          name === 'pstn'
            ? { kind: 'done', value: [{ name: 'PJSIP/201-1', caller: '201', dialled: '<b>030</b>' }] }
            : { kind: 'unknown', text: 'there is no such Asterisk' },
        hangUp: async (...order) => {
          this.orders.push(order)
          return this.answer
        },
        originate: async (...order) => {
          this.orders.push(order)
          if (this.answer.kind !== 'done') return this.answer
          return { kind: 'done', value: { isAnswered: true, channel: 'PJSIP/201-2', reason: 4 } }
        },
      },
    }
  }
}

describe('the page of the telephone network', () => {
  it('shows who is blocked, and releases on one click', async () => {
    const released: string[] = []
    const app = anApp({ blocks: () => [blocked], releaseBlock: (payer) => released.push(payer) > 0 })
    const page = await (await app.request('http://127.0.0.1/outside')).text()
    expect(page).toContain('20 calls a minute to premium numbers')
    expect(page).toContain('value="sip:201@site-a.example"')
    const pressed = await app.request(
      'http://127.0.0.1/outside/release',
      post('payer=sip%3A201%40site-a.example'),
    )
    expect([pressed.status, pressed.headers.get('location')]).toEqual([303, '/outside'])
    expect(released).toEqual(['sip:201@site-a.example'])
  })

  it('shows calls for help until somebody has seen them, on the first page too', async () => {
    const seen: string[] = []
    const app = anApp({ emergencies: () => [forHelp], acknowledgeEmergency: (id) => seen.push(id) > 0 })
    expect(await (await app.request('http://127.0.0.1/')).text()).toContain('1 not seen yet')
    const page = await (await app.request('http://127.0.0.1/outside')).text()
    expect(page).toContain('Main St 5')
    expect(page).not.toContain('<b>201</b>')
    await app.request('http://127.0.0.1/outside/acknowledge', post('id=call-1'))
    expect(seen).toEqual(['call-1'])
  })

  it('lists the calls at the Asterisks, and hangs up on one click', async () => {
    const ordered = new Ordered()
    const app = anApp(ordered.outside)
    const page = await (await app.request('http://127.0.0.1/outside')).text()
    expect(page).toContain('value="PJSIP/201-1"')
    expect(page).not.toContain('<b>030</b>')
    const press = () => app.request('http://127.0.0.1/outside/hang-up/pstn', post('channel=PJSIP%2F201-1'))
    expect((await press()).headers.get('location')).toBe('/outside')
    expect(ordered.orders).toEqual([['pstn', 'PJSIP/201-1']])
    ordered.answer = { kind: 'refused', text: 'No such channel' }
    const refused = await press()
    expect([refused.status, await refused.text()]).toEqual([
      502,
      'PJSIP/201-1 was not hung up: No such channel',
    ])
  })

  it('is not pressed by a foreign page', async () => {
    const released: string[] = []
    const app = anApp({ releaseBlock: (payer) => released.push(payer) > 0 })
    const request = post('payer=x')
    const foreign = { ...request, headers: { ...request.headers, Origin: 'http://evil.example' } }
    expect((await app.request('http://127.0.0.1/outside/release', foreign)).status).toBe(403)
    expect(released).toEqual([])
  })
})

describe('/api/outside', () => {
  it('has everything as JSON, and says when there is nobody to release', async () => {
    const app = anApp({ blocks: () => [blocked], releaseBlock: (payer) => payer === blocked.payer })
    const answer = await (await app.request('http://127.0.0.1/api/outside')).json()
    expect(answer).toMatchObject({ blocks: [blocked], emergencies: [], trunks: [] })
    const release = (payer: string) =>
      app.request(`http://127.0.0.1/api/outside/blocks/${encodeURIComponent(payer)}`, { method: 'DELETE' })
    expect((await release(blocked.payer)).status).toBe(200)
    expect((await release('nobody')).status).toBe(404)
  })
})

describe('/api/outside/asterisks', () => {
  const at = 'http://127.0.0.1/api/outside/asterisks'
  const json = (body: unknown) => ({ method: 'POST', body: JSON.stringify(body) })
  const order = { channel: 'PJSIP/201', context: 'phones', extension: '202' }

  it('lists the channels of an Asterisk, and hangs one up by its name', async () => {
    const ordered = new Ordered()
    const app = anApp(ordered.outside)
    expect(await (await app.request(`${at}/pstn`)).json()).toMatchObject({
      channels: [{ name: 'PJSIP/201-1', caller: '201' }],
    })
    expect((await app.request(`${at}/nobody`)).status).toBe(404)
    const channel = encodeURIComponent('PJSIP/201-1')
    expect((await app.request(`${at}/pstn/channels/${channel}`, { method: 'DELETE' })).status).toBe(200)
    expect(ordered.orders).toEqual([['pstn', 'PJSIP/201-1']])
  })

  it('has a phone called, and says what became of it', async () => {
    const ordered = new Ordered()
    const placed = await anApp(ordered.outside).request(
      `${at}/pstn/originate`,
      json({ ...order, ringSeconds: 5 }),
    )
    expect(await placed.json()).toMatchObject({ isAnswered: true, channel: 'PJSIP/201-2' })
    expect(ordered.orders).toEqual([['pstn', { ...order, ringMs: 5_000 }]])
  })

  it.each([
    ['no JSON', undefined],
    ['a line break', { ...order, channel: 'PJSIP/201\r\nAction: Command' }],
    ['a list of channels', { ...order, channel: 'PJSIP/201&PJSIP/202' }],
    ['a variable of the dialplan', { ...order, extension: '${SHELL(ls)}' }],
    ['a name instead of a number', { ...order, callerId: '"Anna" <201>' }],
    ['an hour of ringing', { ...order, ringSeconds: 3_600 }],
    ['something else besides', { ...order, application: 'System' }],
  ])('takes no order with %s', async (_, body) => {
    const ordered = new Ordered()
    const answer = await anApp(ordered.outside).request(`${at}/pstn/originate`, json(body))
    expect([answer.status, ordered.orders]).toEqual([400, []])
  })

  it.each([
    ['away', 503],
    ['refused', 502],
    ['too-late', 504],
    ['unsendable', 400],
    ['unknown', 404],
  ] as const)('says so when it is %s', async (kind, status) => {
    const ordered = new Ordered()
    ordered.answer = { kind, text: 'Asterisk said why' }
    const app = anApp(ordered.outside)
    const hungUp = await app.request(`${at}/pstn/channels/x`, { method: 'DELETE' })
    const placed = await app.request(`${at}/pstn/originate`, json(order))
    expect([hungUp.status, placed.status]).toEqual([status, status])
    expect(await placed.json()).toEqual({ error: 'Asterisk said why' })
  })
})
