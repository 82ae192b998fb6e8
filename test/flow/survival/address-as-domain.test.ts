import { afterEach, describe, expect, it } from 'vitest'
import { CollectedLog } from '../../support/collected-log.ts'
import { freePort } from '../../support/free-port.ts'
import { pbxBecomes } from '../../support/pbx-becomes.ts'
import { runBox } from '../../support/running-box.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { StartedParts } from '../../support/started-parts.ts'
import { TinyPbx } from '../../support/tiny-pbx.ts'
import { eventually } from '../../support/within.ts'
import { talks } from './a-dead-pbx.ts'

const domain = 'office.example'
const pbxAddress = '127.0.0.30'
const passwordOf = (user: string) => `pw-${user}`
/** The box knows the first two. */
const users = ['201', '202', '203']
const running = new StartedParts()

afterEach(() => running.stop())

/** Phones that have an address as their domain: that of the PBX, or the box's. */
async function site(whose: 'PBX' | 'box') {
  const passwords = Object.fromEntries(users.map((user) => [user, passwordOf(user)]))
  const pbx = await running.begin(
    new TinyPbx({
      ...{ domain: whose === 'PBX' ? pbxAddress : domain, realm: 'asterisk', users: passwords },
      listen: { address: pbxAddress, port: await freePort() },
    }),
  )
  const log = new CollectedLog()
  const box = await runBox(
    {
      sip: { domains: ['site-a.example'] },
      users: users.slice(0, 2).map((user) => ({ aor: `${user}@${domain}`, password: passwordOf(user) })),
      pbxs: [
        {
          name: 'office',
          server: pbx.hostPort,
          domain,
          optionsIntervalMs: 200,
          patienceMs: 0,
          holdDownMs: 500,
        },
      ],
    },
    log,
  )
  running.add(box)
  const host = whose === 'PBX' ? pbxAddress : `127.0.0.1:${box.server.port}`
  const phones = users.map(
    (user) => new SipPhone({ aor: `${user}@${host}`, password: passwordOf(user), server: box.server }),
  )
  for (const phone of phones) await running.begin(phone)
  const [anna, bert, carl] = phones as [SipPhone, SipPhone, SipPhone]
  const pbxIs = (state: string) => pbxBecomes(log, state)
  return { pbx, pbxIs, host, anna, bert, carl }
}

describe.each(['PBX', 'box'] as const)('phones that have the address of the %s as their domain', (whose) => {
  it('are phones of the PBX while it lives, without it when it is dead, and again when it is back', async () => {
    const { pbx, pbxIs, host, anna, bert, carl } = await site(whose)
    for (const phone of [anna, bert, carl]) await phone.register()
    expect(pbx.registered.sort()).toEqual(users)
    await talks(anna, '202')
    await talks(bert, `201@${domain}`)
    expect(pbx.callsPassed).toEqual(['201 → 202', '202 → 201'])

    await pbx.stop()
    await pbxIs('survival')
    for (const phone of [anna, bert]) {
      await phone.register()
      expect(Number(/expires=(\d+)/.exec(phone.bindings[0] ?? '')?.[1])).toBeLessThanOrEqual(60)
    }
    await carl.register() // by the grace: only the PBX knew its password
    await talks(anna, '202')
    await talks(carl, '201')
    await talks(bert, `203@${domain}`)
    const lamp = { Event: 'dialog', Expires: '60', Contact: anna.contact }
    const subscribed = await anna.request('SUBSCRIBE', `sip:202@${host}`, { headers: lamp })
    expect(subscribed.status).toBe(200)

    await pbx.start()
    await pbxIs('normal')
    await eventually(15_000, 'a call by the PBX', async () => {
      await talks(anna, '202')
      return pbx.callsPassed.length > 2
    })
    expect(pbx.callsPassed.at(-1)).toBe('201 → 202')
  }, 60_000)
})
