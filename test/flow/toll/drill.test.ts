import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NoticeHook } from '../../support/notice-hook.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { eventually } from '../../support/within.ts'
import { AStolenAccount, domain, premium, tried } from './a-stolen-account.ts'

/** Of the limit `premium-velocity`, as it comes. */
const threshold = 3

let site: AStolenAccount
let hook: NoticeHook

beforeEach(async () => {
  site = new AStolenAccount()
  hook = await site.begin(new NoticeHook())
})

afterEach(() => site.stop())

const startSite = (more: Record<string, unknown> = {}) =>
  site.start({ notices: { webhooks: [{ url: hook.url, events: ['toll-fraud'] }] }, ...more })

/** There is one alarm, and it is about this payer. */
async function alarmed(payer: string): Promise<void> {
  await eventually(10_000, 'the alarm', () => hook.heard.length > 0)
  expect(hook.heard).toMatchObject([{ event: 'toll-fraud', facts: { payer } }])
}

async function times(count: number, act: (index: number) => Promise<number>): Promise<number[]> {
  const statuses: number[] = []
  for (let index = 0; index < count; index += 1) statuses.push(await act(index))
  return statuses
}

describe('20 calls a minute to a premium range', () => {
  it('from a stolen account end at the threshold, with one alarm, and others call on', async () => {
    await startSite({ admin: { port: 0 } })
    const [thief, honest] = [await site.phone('201'), await site.phone('202')]
    const statuses = await times(20, (index) => tried(thief, premium(index)))
    expect(statuses).toEqual([...Array(threshold).fill(200), ...Array(20 - threshold).fill(403)])
    expect(site.carrier.dialled).toHaveLength(threshold)
    await alarmed(`user 201@${domain}`)
    // Blocked is blocked, but not inside, and help always comes.
    await honest.register()
    expect(await tried(thief, '03098765432')).toBe(403)
    expect(await tried(thief, '202')).toBe(200)
    expect(await tried(thief, '112')).toBe(200)
    expect(await tried(honest, premium(1))).toBe(200)
    expect(hook.heard).toHaveLength(1)

    const { adminUrl } = site.box
    const page = await fetch(`${adminUrl}/outside`)
    expect(await page.text()).toContain(`user 201@${domain}`)
    const payer = encodeURIComponent(`user 201@${domain}`)
    const released = await fetch(`${adminUrl}/api/outside/blocks/${payer}`, { method: 'DELETE' })
    expect(released.status).toBe(200)
    expect(await tried(thief, premium(1))).toBe(200)
  })

  it('by transfer end there too: who transfers pays', async () => {
    await startSite()
    const thief = await site.phone('201')
    const accomplice = await site.phone('203')
    await accomplice.register()
    const heard = await times(threshold + 3, async (index) => {
      const call = await thief.call('203')
      await call.answered()
      await call.send('REFER', { headers: { 'Refer-To': `<sip:${premium(index)}@${domain}>` } })
      const status = await eventually(10_000, 'the outcome of the transfer', () => finalNotify(call.received))
      await Promise.all([call.hangUp(), ...accomplice.calls.map((each) => each.hangUp())])
      return status
    })
    expect(heard).toEqual([200, 200, 200, 403, 403, 403])
    expect(site.carrier.dialled).toHaveLength(threshold)
    await alarmed(`user 201@${domain}`)
  })

  it('by forwarding end there too: whose phone forwards pays, and not who calls it', async () => {
    await startSite()
    const [forwarding, caller] = [await site.phone('202', { answering: 'manual' }), await site.phone('203')]
    await forwarding.register()
    const statuses = await times(threshold + 3, async (index) => {
      const outcome = tried(caller, '202')
      const rung = await forwarding.nextCall()
      rung.refuse(302, { Contact: `<sip:${premium(index)}@${domain}>` })
      return outcome
    })
    expect(statuses).toEqual([200, 200, 200, 480, 480, 480])
    expect(site.carrier.dialled).toHaveLength(threshold)
    await alarmed(`user 202@${domain}`)
  })

  it('from a PBX end at its threshold, and its national calls go on', async () => {
    const pbx = await site.begin(new SipPhone({ aor: 'gateway@pbx.example' }))
    await startSite({
      pbxs: [{ name: 'office', server: pbx.endpoint.hostPort, domain: 'pbx.example' }],
      tollFraud: { pbx: ['national', 'premium'] },
    })
    const out = (number: string) => tried(pbx, `sip:${number}@127.0.0.1:${site.box.server.port}`)
    const statuses = await times(10, (index) => out(premium(index)))
    expect(statuses).toEqual([...Array(5).fill(200), ...Array(5).fill(403)])
    await alarmed('pbx office')
    expect(await out('03098765432')).toBe(200)
  })
})

/** Status of the last NOTIFY that ends a transfer (RFC 3515 §2.4.5). */
function finalNotify(received: readonly { readonly method: string; readonly body: Uint8Array }[]) {
  for (const { method, body } of received) {
    const status = Number(/^SIP\/2\.0 (\d{3})/.exec(Buffer.from(body).toString())?.[1])
    if (method === 'NOTIFY' && status >= 200) return status
  }
  return undefined
}
