import { describe, expect, it } from 'vitest'
import { createAdminApp } from '../../../src/admin/app.ts'
import { aBoxView } from '../../support/a-box-view.ts'

const token = 'a-token-of-some-length'

function app(options: { token?: string; notReady?: string; failed?: boolean } = {}) {
  const box = aBoxView({
    notReadyBecause: () => options.notReady,
    ...(options.failed
      ? {
          status: () => ({
            ...aBoxView().status(),
            parts: [{ name: 'sip', state: 'failed' as const, text: 'down' }],
          }),
        }
      : {}),
  })
  const { token } = options
  return createAdminApp(box, { token: token ? { current: async () => token } : undefined, refreshMs: 10 })
}

describe('admin', () => {
  it('tells status, calls, registrations and overlay as JSON', async () => {
    for (const path of ['/api/status', '/api/calls', '/api/registrations', '/api/overlay']) {
      const response = await app().request(`http://localhost${path}`)
      expect(response.status, path).toBe(200)
      expect(response.headers.get('content-type')).toContain('json')
    }
    const calls = (await (await app().request('http://localhost/api/calls')).json()) as {
      recent: { to: string }[]
    }
    expect(calls.recent[0]?.to).toBe('sip:bob@site-a.example')
  })

  it('is healthy only when no part has failed, ready only when the box says so', async () => {
    expect((await app().request('http://localhost/healthz')).status).toBe(200)
    expect((await app({ failed: true }).request('http://localhost/healthz')).status).toBe(503)
    expect((await app().request('http://localhost/readyz')).status).toBe(200)
    const response = await app({ notReady: 'the SIP engine is starting' }).request('http://localhost/readyz')
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({ ready: false, why: 'the SIP engine is starting' })
  })

  it('prints metrics for Prometheus', async () => {
    const text = await (await app().request('http://localhost/metrics')).text()
    expect(text).toContain('causeway_calls_now 1')
    expect(text).toContain('# TYPE causeway_sip_messages_total counter')
    expect(text).toContain('causeway_sip_messages_total{direction="in",transport="udp",kind="INVITE"} 7')
    expect(text).toContain('# TYPE causeway_sip_answer_seconds histogram')
    const histogram = text.split('\n').filter((line) => line.startsWith('causeway_sip_answer_seconds'))
    expect(histogram).toEqual([
      'causeway_sip_answer_seconds_bucket{le="0.5"} 3',
      'causeway_sip_answer_seconds_bucket{le="2"} 4',
      'causeway_sip_answer_seconds_bucket{le="+Inf"} 5',
      'causeway_sip_answer_seconds_sum 9.5',
      'causeway_sip_answer_seconds_count 5',
    ])
    expect(text).toContain('causeway_event_loop_lag_seconds_count{thread="engine"} 4')
    expect(text).not.toContain('causeway_sip_penalties')
  })

  it('tells which next hops are tried last, and until when', async () => {
    const penalty = { transport: 'udp', address: '192.0.2.9', port: 5060, until: 1_000 }
    const box = aBoxView({ penalties: async () => [penalty] })
    const response = await createAdminApp(box, { token: undefined, refreshMs: 10 }).request(
      'http://localhost/api/engine/penalties',
    )
    expect(await response.json()).toEqual({ penalties: [penalty] })
  })

  it('shows a page that escapes what strangers wrote', async () => {
    const response = await app().request('http://localhost/')
    const text = await response.text()
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(text).not.toContain('<script>alert(1)')
  })

  it('sends the live part as server-sent events', async () => {
    const response = await app().request('http://localhost/live')
    const reader = response.body?.getReader()
    const first = new TextDecoder().decode((await reader?.read())?.value)
    expect(first).toMatch(/^event: box\ndata: .*box-a/)
    await reader?.cancel()
  })

  it('answers a wrong query with what was expected', async () => {
    const response = await app().request('http://localhost/api/calls?most=lots')
    expect(response.status).toBe(400)
    expect(((await response.json()) as { error: string }).error).toContain('most')
  })

  it('leads to the telephone network from its first page, also without trunks', async () => {
    expect(await (await app().request('http://localhost/')).text()).toContain('href="/outside"')
  })

  it('lifts a ban by a button of its first page, and not for a foreign one', async () => {
    const released: string[] = []
    const box = aBoxView({
      bans: () => [{ address: '192.0.2.66', until: 0 }],
      releaseBan: (address) => released.push(address) > 0,
    })
    const banned = createAdminApp(box, { token: undefined, refreshMs: 10 })
    expect(await (await banned.request('http://localhost/')).text()).toContain('value="192.0.2.66"')
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const press = { method: 'POST', body: 'address=192.0.2.66', headers }
    const foreign = { ...press, headers: { ...headers, Origin: 'http://evil.example' } }
    expect((await banned.request('http://localhost/release-ban', foreign)).status).toBe(403)
    const pressed = await banned.request('http://localhost/release-ban', press)
    expect([pressed.status, pressed.headers.get('location'), released]).toEqual([303, '/', ['192.0.2.66']])
  })

  it.each([
    ['2026-11-01', 200],
    ['2026-11-01T08:00', 200],
    ['2026-11-01T08:00:00', 200],
    ['2026-11-01T08:00:00%2B01:00', 200],
    ['yesterday', 400],
  ])('exports calls from the time %s as the command does: %d', async (time, status) => {
    const response = await app().request(`http://localhost/api/calls/export?from=${time}`)
    expect(response.status).toBe(status)
    if (status === 400) expect(await response.text()).toContain('not a time such as 2026-11-01 (UTC)')
  })

  it('is alive when it has just done its work, and says what it could not do', async () => {
    expect((await app({ token }).request('http://box/livez')).status).toBe(200)
    const box = aBoxView({ notAliveBecause: async () => 'the SIP engine does not answer' })
    const response = await createAdminApp(box, { token: undefined, refreshMs: 10 }).request(
      'http://localhost/livez',
    )
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({ alive: false, why: 'the SIP engine does not answer' })
  })

  it('with a token lets nobody in without it, but answers health checks', async () => {
    const guarded = app({ token })
    expect((await guarded.request('http://box/api/status')).status).toBe(401)
    expect((await guarded.request('http://box/')).status).toBe(401)
    expect((await guarded.request('http://box/healthz')).status).toBe(200)
    const bearer = { headers: { authorization: `Bearer ${token}` } }
    expect((await guarded.request('http://box/api/status', bearer)).status).toBe(200)
    const basic = { headers: { authorization: `Basic ${btoa(`admin:${token}`)}` } }
    expect((await guarded.request('http://box/', basic)).status).toBe(200)
    const wrong = { headers: { authorization: `Bearer ${token}x` } }
    expect((await guarded.request('http://box/api/status', wrong)).status).toBe(401)
  })

  it('without a token serves loopback names only', async () => {
    expect((await app().request('http://rebound.example/api/status')).status).toBe(403)
  })

  it('refuses writes from foreign pages', async () => {
    const options = { method: 'DELETE', headers: { origin: 'http://evil.example' } }
    expect((await app().request('http://localhost/api/bans/192.0.2.1', options)).status).toBe(403)
    expect((await app().request('http://localhost/api/bans/192.0.2.1', { method: 'DELETE' })).status).toBe(
      200,
    )
  })
})
