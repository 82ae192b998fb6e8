import { afterEach, expect, it } from 'vitest'
import { CollectedLog } from '../../support/collected-log.ts'
import { mostWithin } from '../../support/crowd/most-within.ts'
import { PhoneCrowd } from '../../support/crowd/phone-crowd.ts'
import { pbxBecomes } from '../../support/pbx-becomes.ts'
import { type RunningBox, runBox } from '../../support/running-box.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { StartedParts } from '../../support/started-parts.ts'
import { TinyPbx } from '../../support/tiny-pbx.ts'
import { eventually } from '../../support/within.ts'

const domain = 'office.example'
const crowdUsers = Array.from({ length: 500 }, (_, index) => String(2_000 + index))
/** Phones whose passwords the box does not know: they must speak for themselves. */
const strangers = ['901', '902', '903']
const passwordOf = (user: string) => `pw-${user}`
const perSecond = 100
const running = new StartedParts()

afterEach(() => running.stop())

async function talks(caller: SipPhone, called: string): Promise<boolean> {
  const call = await caller.call(called)
  try {
    await call.answered()
    await call.hangUp()
    return true
  } catch {
    return false // a call that failed is counted by whoever asked
  }
}

function boxBefore(pbx: TinyPbx, log: CollectedLog): Promise<RunningBox> {
  return runBox(
    {
      users: [...crowdUsers, '101'].map((user) => ({ aor: `${user}@${domain}`, password: passwordOf(user) })),
      survival: { returnPerSecond: perSecond, expirySeconds: 30 },
      pbxs: [
        {
          ...{ name: 'office', server: pbx.hostPort, domain },
          // A machine that stalls must not pass for a PBX that is overloaded, which is tried with care before it returns.
          ...{ optionsIntervalMs: 200, optionsTimeoutMs: 4_000, patienceMs: 200, holdDownMs: 500 },
        },
      ],
    },
    log,
  )
}

it('500 phones are led home to a PBX that has forgotten them, no faster than it may be, and no call is missed', async () => {
  const users = [...crowdUsers, ...strangers, '101']
  const passwords = Object.fromEntries(users.map((user) => [user, passwordOf(user)]))
  const pbx = await running.begin(new TinyPbx({ domain, users: passwords }))
  const log = new CollectedLog()
  const box = await boxBefore(pbx, log)
  running.add(box)
  const anna = await running.begin(
    new SipPhone({ aor: `101@${domain}`, password: passwordOf('101'), server: box.server }),
  )
  await anna.register()
  const crowd = await running.begin(
    new PhoneCrowd({
      users: [...crowdUsers, ...strangers],
      domain,
      passwordOf,
      server: box.server,
      expires: 300,
    }),
  )
  crowd.keepRefreshed()
  await crowd.registerWithin(2_000, { withinMs: 20_000 })
  expect(pbx.registered).toHaveLength(users.length)

  await pbx.stop()
  await pbxBecomes(log, 'survival')
  expect(await talks(anna, '2001')).toBe(true)
  const fresh = await running.begin(
    new TinyPbx({ domain, users: passwords, listen: { port: Number(pbx.hostPort.split(':')[1]) } }),
  )
  // Those that the box cannot speak for come by themselves, as their short registrations end.
  await eventually(45_000, 'the return', () => fresh.registerTimes.length > 0)
  crowd.registerAgain(strangers)
  const missed: string[] = []
  let placed = 0
  await eventually(25_000, 'all phones at the new PBX', async () => {
    const called = crowdUsers[(placed * 37) % crowdUsers.length] ?? ''
    placed++
    if (!(await talks(anna, called))) missed.push(called)
    return fresh.registered.length >= users.length
  })

  expect(missed).toEqual([])
  expect(placed).toBeGreaterThan(20)
  // The pace is exact where they are sent (unit test); they arrive in lumps when the machine stalls.
  expect(mostWithin(1_000, fresh.registerTimes)).toBeLessThanOrEqual(perSecond * 1.2)
  expect(crowd.counts).toMatchObject({ refused: 0, silence: 0 })
}, 100_000)
