import { afterEach, describe, expect, it } from 'vitest'
import { CollectedLog } from '../../support/collected-log.ts'
import { pbxBecomes } from '../../support/pbx-becomes.ts'
import { type RunningBox, runBox } from '../../support/running-box.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { StartedParts } from '../../support/started-parts.ts'
import { TinyPbx } from '../../support/tiny-pbx.ts'
import { eventually } from '../../support/within.ts'

const domain = 'pbx.example'
const pbxUsers = { '101': 'pw-101', '102': 'pw-102' }
const running = new StartedParts()

afterEach(() => running.stop())

async function site(): Promise<{
  pbx: TinyPbx
  box: RunningBox
  log: CollectedLog
  anna: SipPhone
  bert: SipPhone
}> {
  const log = new CollectedLog()
  const pbx = await running.begin(new TinyPbx({ domain, users: pbxUsers }))
  const box = await runBox(
    {
      sip: { domains: ['site-a.example'] },
      users: [
        { aor: `101@${domain}`, password: 'pw-101' },
        { aor: `102@${domain}`, password: 'pw-102' },
      ],
      pbxs: [
        {
          name: 'main',
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
  const phone = (user: string) =>
    running.begin(new SipPhone({ aor: `${user}@${domain}`, password: `pw-${user}`, server: box.server }))
  const [anna, bert] = [await phone('101'), await phone('102')]
  await anna.register()
  await bert.register()
  return { pbx, box, log, anna, bert }
}

async function talks(caller: SipPhone, called: string): Promise<void> {
  const call = await caller.call(called)
  await call.answered()
  await call.hangUp()
}

describe('phones behind a box in front of a PBX', () => {
  it('call through the PBX, without it when it is dead, and through it again when it is back', async () => {
    const { pbx, anna } = await site()
    expect(pbx.registered.sort()).toEqual(['101', '102'])
    await talks(anna, '102')
    expect(pbx.callsPassed).toEqual(['101 → 102'])

    await pbx.stop()
    await eventually(10_000, 'a call without the PBX', () =>
      talks(anna, '102').then(
        () => true,
        () => false,
      ),
    )
    await anna.register({ expires: 60 })
    expect(pbx.callsPassed).toHaveLength(1)

    await pbx.start()
    await eventually(10_000, 'a call through the PBX', async () => {
      await talks(anna, '102')
      return pbx.callsPassed.length > 1
    })
  })

  it('are registered at a PBX that comes back and has forgotten them', async () => {
    const { pbx, anna, log } = await site()
    await pbx.stop()
    await pbxBecomes(log, 'survival')
    await talks(anna, '102')
    const port = Number(pbx.hostPort.split(':')[1])
    const fresh = await running.begin(new TinyPbx({ domain, users: pbxUsers, listen: { port } }))
    await eventually(10_000, 'both phones at the new PBX', () => fresh.registered.length === 2)
    // Until the last of them is surely home, calls look for the phone at the box first.
    await eventually(15_000, 'a call by the new PBX', async () => {
      await talks(anna, '102')
      return fresh.callsPassed.includes('101 → 102')
    })
  })
})
