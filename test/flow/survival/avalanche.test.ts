import { afterEach, expect, it } from 'vitest'
import { PhoneCrowd } from '../../support/crowd/phone-crowd.ts'
import { freePort } from '../../support/free-port.ts'
import { runBox } from '../../support/running-box.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { StartedParts } from '../../support/started-parts.ts'

const domain = 'office.example'
const crowdUsers = Array.from({ length: 2_000 }, (_, index) => String(2_000 + index))
const passwordOf = (user: string) => `pw-${user}`
const running = new StartedParts()

afterEach(() => running.stop())

it('2,000 phones in 10 s find the box in place of their PBX, and calls go on meanwhile', async () => {
  const users = [...crowdUsers, '101', '102'].map((user) => ({
    aor: `${user}@${domain}`,
    password: passwordOf(user),
  }))
  const nobody = `127.0.0.1:${await freePort()}`
  const box = await runBox({
    users,
    pbxs: [{ name: 'office', server: nobody, domain, optionsIntervalMs: 200, patienceMs: 200 }],
  })
  running.add(box)
  const phone = (user: string) =>
    running.begin(new SipPhone({ aor: `${user}@${domain}`, password: passwordOf(user), server: box.server }))
  const [anna, bert] = [await phone('101'), await phone('102')]
  await anna.register()
  await bert.register()

  const crowd = await running.begin(
    new PhoneCrowd({ users: crowdUsers, domain, passwordOf, server: box.server }),
  )
  let isRegistering = true
  const registered = crowd.registerWithin(10_000, { withinMs: 25_000 }).finally(() => {
    isRegistering = false
  })
  let calls = 0
  for (; isRegistering; calls++) {
    const call = await anna.call('102')
    await call.answered()
    await call.hangUp()
  }
  await registered

  expect(calls).toBeGreaterThan(20)
  expect(crowd.counts).toMatchObject({ accepted: 2_000, refused: 0, silence: 0 })
  expect(Math.max(...crowd.grantedSeconds)).toBeLessThanOrEqual(60)
  expect(new Set(crowd.grantedSeconds).size).toBeGreaterThan(8) // they will not refresh together
}, 60_000)
