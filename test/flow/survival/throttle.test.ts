import { afterEach, expect, it } from 'vitest'
import { mostWithin } from '../../support/crowd/most-within.ts'
import { PhoneCrowd } from '../../support/crowd/phone-crowd.ts'
import { runBox } from '../../support/running-box.ts'
import { StartedParts } from '../../support/started-parts.ts'
import { TinyPbx } from '../../support/tiny-pbx.ts'
import { eventually } from '../../support/within.ts'

const domain = 'office.example'
const users = Array.from({ length: 60 }, (_, index) => String(2_000 + index))
const passwordOf = (user: string) => `pw-${user}`
const perSecond = 20
const running = new StartedParts()

afterEach(() => running.stop())

it('a PBX gets no more registrations than it shall, and none that only repeats what it has granted', async () => {
  const pbx = await running.begin(
    new TinyPbx({ domain, users: Object.fromEntries(users.map((user) => [user, passwordOf(user)])) }),
  )
  const box = await runBox({
    pbxs: [{ name: 'office', server: pbx.hostPort, domain, registrationsPerSecond: perSecond }],
  })
  running.add(box)
  const crowd = await running.begin(
    new PhoneCrowd({ users, domain, passwordOf, server: box.server, expires: 600 }),
  )

  await crowd.registerWithin(100, { withinMs: 20_000 })
  expect(pbx.registered).toHaveLength(users.length)
  expect(crowd.counts).toMatchObject({ refused: 0, silence: 0 })
  // The pace is exact where they are sent (unit test); they arrive in lumps when the machine stalls.
  expect(mostWithin(1_000, pbx.registerTimes)).toBeLessThanOrEqual(perSecond * 1.2)

  const [heard, accepted] = [pbx.registerTimes.length, crowd.counts.accepted]
  crowd.registerAgain(users)
  await eventually(20_000, 'answers to all', () => crowd.counts.accepted === accepted + users.length)
  expect(pbx.registerTimes).toHaveLength(heard)
  expect(crowd.grantedSeconds.slice(-users.length).every((seconds) => seconds <= 600)).toBe(true)
}, 40_000)
