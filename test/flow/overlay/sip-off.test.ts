import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FoundView, OverlayView, TraceView } from '../../../src/admin/overlay-view.ts'
import { overlayWords } from '../../support/overlay-words.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { type BoxConfig, TestBox } from '../../support/test-box.ts'
import { eventually } from '../../support/within.ts'

const village = 'village.example'
const password = 'a password for anna'

function config(name: string, sip: BoxConfig['sip']): Partial<BoxConfig> {
  return {
    ...{ box: { name }, sip, registrar: { algorithms: ['MD5'] } },
    overlays: [{ domain: village, listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false }],
  }
}

describe('a box with SIP off', () => {
  const holder = new TestBox({ config: config('holder', { enabled: false }) })
  const home = new TestBox({
    config: {
      ...config('home', { domains: [village] }),
      users: [{ aor: `anna@${village}`, password }],
    },
  })
  let phone: SipPhone

  beforeAll(async () => {
    await overlayWords(holder, 'create', village)
    await holder.start()
    const { text: invitation } = await overlayWords(holder, 'invite')
    await overlayWords(home, 'join', invitation.trim().split(/\s+/).at(-1) ?? '')
    await home.start()
    phone = new SipPhone({ aor: `anna@${village}`, password, server: home.server })
    await phone.start()
    await phone.register()
  }, 120_000)

  afterAll(async () => {
    await phone?.stop()
    await home.stop()
    await holder.stop()
  })

  it('lets others in, holds their records, and finds their users', async () => {
    const path = `/api/overlay/trace?aor=sip:anna@${village}`
    const trace = await eventually(10_000, 'both boxes to hold the record', async () => {
      const { traces } = await holder.ask<{ traces: TraceView[] }>(path)
      return traces.find(({ entries }) => entries.some(({ copies }) => copies === 2))
    })
    expect(trace.boxes.filter(({ copies }) => copies.length > 0)).toHaveLength(2)
    const { found } = await holder.ask<{ found: FoundView[] }>(`/api/overlay/lookup?aor=sip:anna@${village}`)
    const { overlays } = await home.ask<{ overlays: OverlayView[] }>('/api/overlay')
    expect(found[0]?.homeBoxes).toEqual([overlays[0]?.peerName])
  })

  it('says so, listens nowhere for SIP, and is ready', async () => {
    const status = await holder.ask<{ listening: string[]; parts: { name: string; state: string }[] }>(
      '/api/status',
    )
    expect(status.listening).toEqual([])
    expect(status.parts[0]).toEqual({
      name: 'sip',
      state: 'off',
      text: 'SIP is off in the config of this box',
    })
    expect((await fetch(`${holder.adminUrl}/readyz`)).status).toBe(200)
    expect(await (await fetch(holder.adminUrl)).text()).toContain('SIP is off')
  })
})
