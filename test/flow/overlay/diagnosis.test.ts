import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OverlayView, ServiceView, TraceView } from '../../../src/admin/overlay-view.ts'
import { overlayWords } from '../../support/overlay-words.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { type BoxConfig, TestBox } from '../../support/test-box.ts'
import { eventually } from '../../support/within.ts'

const village = 'village.example'
const password = 'a password for anna'
// Red within half a minute, as promised.
const promisedMs = 30_000

function config(name: string): Partial<BoxConfig> {
  return {
    box: { name },
    sip: { domains: [village] },
    registrar: { algorithms: ['MD5'] },
    users: [{ aor: `anna@${village}`, password }],
    overlays: [{ domain: village, listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false }],
    services: { stun: [`stun:${name}.example:3478`] },
  }
}

/** What the person in charge sees of two boxes, by the commands and the admin port. */
describe('the overlay, seen by the person in charge', () => {
  const home = new TestBox({ config: config('home') })
  const other = new TestBox({ config: config('other') })
  let phone: SipPhone
  let isOtherGone = false

  const state = async (box: TestBox) =>
    (await box.ask<{ overlays: OverlayView[] }>('/api/overlay')).overlays[0]

  beforeAll(async () => {
    await overlayWords(home, 'create', village)
    await home.start()
    const { text: invitation } = await overlayWords(home, 'invite')
    await overlayWords(other, 'join', invitation.trim().split(/\s+/).at(-1) ?? '')
    await other.start()
    phone = new SipPhone({ aor: `anna@${village}`, password, server: home.server })
    await phone.start()
    await phone.register()
    for (const box of [home, other])
      await eventually(15_000, 'each box to have found a record of the other', async () => {
        return (await state(box))?.facts.state === 'proven'
      })
  }, 120_000)

  afterAll(async () => {
    await phone?.stop()
    await home.stop()
    if (!isOtherGone) await other.stop()
  })

  it('status says how it is and why, how the first box was found, and when the credential ends', async () => {
    const { text } = await overlayWords(other, 'status')
    expect(text).toMatch(/state +proven: another box found a record that was stored here/)
    expect(text).toMatch(/boxes +1 of 1 connected/)
    expect(text).toMatch(/role +peer: /)
    expect(text).toMatch(/found +by the addresses in the ticket/)
    expect(text).toMatch(/credential +valid until 20\d\d-/)
    expect(text).toMatch(/refused claims +none/)
  })

  it('trace says who holds what', async () => {
    const traced = async () => {
      const { text } = await overlayWords(other, 'trace', `anna@${village}`, '--json')
      const [trace] = JSON.parse(text) as TraceView[]
      return trace?.entries.some(({ copies }) => copies === 2) && trace
    }
    const { peerName } = (await state(home)) ?? {}
    const trace = await eventually(10_000, 'both boxes to hold the record', traced, 250)
    expect(trace).toMatchObject({ homeBoxes: [peerName], copiesWanted: 2 })
    const { text } = await overlayWords(other, 'trace', `anna@${village}`)
    expect(text).toContain(`${peerName}: version`)
    expect(text).toContain('2 of 2 copies')
    expect((await overlayWords(other, 'trace', `nobody@${village}`)).code).toBe(3)
  })

  it('ping, topology and services say who is there, how far, and for what', async () => {
    const { peerName = '' } = (await state(home)) ?? {}
    const { text: ping } = await overlayWords(other, 'ping', peerName)
    expect(ping).toMatch(/\d ms, /)
    expect(ping).toMatch(/direct, dialled at \/ip4\/127\.0\.0\.1\//)
    expect((await overlayWords(other, 'topology')).text).toContain('2 boxes, each sees all others')
    const stun = async () => {
      const { text } = await overlayWords(other, 'services', 'stun', '--json')
      const services = JSON.parse(text) as ServiceView[]
      return services.length === 2 && services
    }
    const [own, far] = await eventually(15_000, 'both to offer STUN', stun, 250)
    expect(own).toMatchObject({ isLocal: true, text: 'stun:other.example:3478', policy: 'anybody' })
    expect(far).toMatchObject({ isLocal: false, text: 'stun:home.example:3478', peerName })
  })

  it('an unknown box is an answer that helps', async () => {
    expect(await overlayWords(other, 'ping', 'nowhere')).toEqual({
      ...{ code: 1, text: 'no such peer is known: nowhere' },
    })
  })

  it('metrics count', async () => {
    const text = await (await fetch(`${other.adminUrl}/metrics`)).text()
    const label = `overlay="${village}"`
    expect(text).toContain(`causeway_overlay_proven{${label}} 1`)
    expect(text).toContain(`causeway_overlay_isolated{${label}} 0`)
    expect(text).toContain(`causeway_overlay_peer_changes_total{${label},change="joined"} 1`)
    expect(text).toMatch(
      /causeway_overlay_look_up_seconds_count\{overlay="village.example",outcome="found"\} [1-9]/,
    )
    expect(text).toMatch(/causeway_overlay_bytes_total\{overlay="village.example",direction="in"\} \d{3,}/)
  })

  it('isolated is red everywhere within 30 s, although process, HTTP and SIP are up', async () => {
    expect((await fetch(`${home.adminUrl}/readyz`)).status).toBe(200)
    const began = performance.now()
    await other.kill()
    isOtherGone = true
    const ready = () => fetch(`${home.adminUrl}/readyz`)
    const why = await eventually(promisedMs, 'the box to be not ready', async () => {
      const answer = await ready()
      return answer.status === 503 && ((await answer.json()) as { why: string }).why
    })
    expect(performance.now() - began).toBeLessThan(promisedMs)
    expect(why).toContain('no other box of the overlay can be reached')
    expect(await state(home)).toMatchObject({ facts: { state: 'isolated' }, health: { state: 'failed' } })
    expect((await fetch(`${home.adminUrl}/healthz`)).status).toBe(503)
    expect(await (await fetch(`${home.adminUrl}/overlay`)).text()).toContain('class="part failed"')
    expect(await (await fetch(`${home.adminUrl}/metrics`)).text()).toContain(
      `causeway_overlay_isolated{overlay="${village}"} 1`,
    )
    expect((await overlayWords(home, 'status')).code).toBe(4)
    await phone.register()
  })
})
