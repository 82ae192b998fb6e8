import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SipPhone } from '../../support/sip-phone.ts'
import { eventually } from '../../support/within.ts'
import { ADeadPbx, domain, passwordOf, realm, refusal, talks } from './a-dead-pbx.ts'

const ha1 = (user: string) =>
  createHash('md5')
    .update(`${user}:${realm}:${passwordOf(user)}`)
    .digest('hex')
const ofBox = (user: string, more: Record<string, unknown> = {}) => ({
  aor: `${user}@${domain}`,
  mayDial: ['internal'],
  ...more,
})

let site: ADeadPbx
let anna: SipPhone
let bert: SipPhone
let guest: SipPhone
let stranger: SipPhone

beforeAll(async () => {
  site = new ADeadPbx(['101', '102', '105'])
  await site.begin(
    [
      ofBox('101', { password: passwordOf('101'), mayDial: ['internal', 'pstn'], numbers: ['+49301234101'] }),
      ofBox('102', { ha1: { realm, md5: ha1('102') }, aliases: ['12'] }),
    ],
    {
      groups: [{ aor: `600@${domain}`, members: [`101@${domain}`, `102@${domain}`] }],
      pbx: { voicemail: { numbers: ['*97'] } },
    },
  )
  anna = await site.phone('101')
  bert = await site.phone('102')
  // What it sends a call on to, as a caller of its own would dial it.
  guest = await site.phone('105')
  stranger = await site.phone('109')
  for (const phone of [anna, bert, guest]) await phone.register()
  await site.pbxDies()
}, 40_000)

afterAll(() => site.end())

describe('phones of a PBX that is dead', () => {
  it('are asked in its realm, by what they can be checked by; what they kept from it is only out of date', async () => {
    const kept = `Digest username="102", realm="${realm}", nonce="of the PBX", uri="sip:${domain}", algorithm=MD5, response="${'0'.repeat(32)}", qop=auth, nc=00000007, cnonce="c"`
    const asked = await bert.request('REGISTER', `sip:${domain}`, {
      to: bert.aor,
      headers: { Contact: bert.contact, Authorization: kept },
      answersChallenge: false,
    })
    expect(asked.status).toBe(401)
    expect(asked.getAll('www-authenticate')).toEqual([
      expect.stringMatching(
        /^Digest realm="asterisk", nonce="[^"]+", algorithm=MD5, qop="auth", stale=true$/,
      ),
    ])
  })

  it('register by the passwords and the digests that the box knows, for a short while', async () => {
    for (const phone of [anna, bert]) {
      await phone.register()
      expect(Number(/expires=(\d+)/.exec(phone.bindings[0] ?? '')?.[1])).toBeLessThanOrEqual(60)
    }
  })

  it('reach each other, by short numbers too, and a group', async () => {
    await talks(anna, '102')
    await talks(anna, '12')
    await talks(bert, '101')
    await talks(bert, '600')
  })

  it('reach the world outside with their rights', async () => {
    await talks(anna, '+49309876543')
    expect(site.carrier?.dialled).toContain('+49309876543')
    expect((await refusal(bert, '+49309876543')).status).toBe(403)
  })

  it('are reached from outside', async () => {
    const call = await site.carrier?.callIn(
      '+49301234101',
      '+49309876543',
      `127.0.0.1:${site.box?.server.port}`,
    )
    await call?.answered()
    await call?.hangUp()
  })

  it('hear in words what only the PBX could have done', async () => {
    const voicemail = await refusal(anna, '*97')
    expect([voicemail.status, voicemail.response?.reason]).toEqual([480, 'Voicemail Is Away With The PBX'])
    expect(voicemail.response?.get('warning')).toMatch(/^399 causeway "\*97 is the voicemail of the PBX main/)
    expect((await refusal(anna, '*72')).response?.reason).toBe('This Feature Is Away With The PBX')
  })
})

describe('a phone whose password the box does not know', () => {
  it('is let in where the PBX had accepted it, and calls phones of the site', async () => {
    await guest.register()
    await talks(guest, '102')
    await talks(anna, '105')
    await guest.nextCall()
  })

  it('never reaches a trunk, whether it dials, sends a call on or transfers one', async () => {
    const before = site.carrier?.dialled.length
    expect((await refusal(guest, '+49309876543')).status).toBe(403)

    guest.answering = 'manual'
    const outside = `<sip:+49309876543@${domain}>`
    const sentOn = refusal(anna, '105')
    const first = await guest.nextCall()
    first.refuse(302, { Contact: outside })
    expect((await sentOn).status).toBe(480)

    const call = await anna.call('105')
    const second = await guest.nextCall()
    second.answer()
    await call.answered()
    await second.send('REFER', { headers: { 'Refer-To': outside } })
    const told = await eventually(5_000, 'what became of the transfer', () =>
      second.received.find(({ method, body }) => method === 'NOTIFY' && !/^SIP\/2.0 1/.test(body.toString())),
    )
    expect(told.body.toString()).toMatch(/^SIP\/2.0 403/)
    await call.hangUp()
    guest.answering = 'answer'
    expect(site.carrier?.dialled.length).toBe(before)
  })

  it('reaches those who help', async () => {
    await talks(guest, '112')
    expect(site.carrier?.dialled.at(-1)).toBe('112')
  })

  it('is refused from another address, and a stranger is', async () => {
    const thief = await site.phone('105', { listen: { address: '127.0.0.9' } })
    await expect(thief.register()).rejects.toThrow('401')
    await expect(stranger.register()).rejects.toThrow('401')
    expect((await refusal(stranger, '102')).status).toBe(407)
  })
})
