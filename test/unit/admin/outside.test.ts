import { describe, expect, it } from 'vitest'
import { createAdminApp } from '../../../src/admin/app.ts'
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
