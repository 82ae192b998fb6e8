import { afterAll, beforeAll, expect, test } from 'vitest'
import { Asterisk } from '../../support/asterisk.ts'
import { asteriskRole } from '../../support/asterisk-role.ts'
import { type Lamp, LampPhone } from '../../support/lamp-phone.ts'
import { type RunningBox, runBox } from '../../support/running-box.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { eventually } from '../../support/within.ts'

const domain = 'pbx.test'
let asterisk: Asterisk
let box: RunningBox
let anna: SipPhone
let bert: SipPhone
let desk: LampPhone

beforeAll(async () => {
  // Nothing leaves it for the box: the port does not matter.
  const files = asteriskRole('pbx', { box: '127.0.0.1:9' })
  asterisk = new Asterisk({ address: '127.0.0.2', files })
  await asterisk.start()
  box = await runBox({
    registrar: { algorithms: ['MD5'] },
    users: ['201', '202'].map((user) => ({ aor: `${user}@${domain}`, password: `secret-${user}` })),
    pbxs: [{ name: 'main', server: asterisk.hostPort, domain, optionsIntervalMs: 500, holdDownMs: 1_000 }],
  })
  const phone = async (user: string) => {
    const made = new SipPhone({ aor: `${user}@${domain}`, password: `secret-${user}`, server: box.server })
    made.answering = 'ring'
    await made.start()
    await made.register()
    return made
  }
  anna = await phone('201')
  bert = await phone('202')
  desk = new LampPhone({ aor: `201@${domain}`, password: 'secret-201', server: box.server })
  await desk.start()
}, 120_000)

afterAll(async () => {
  for (const part of [desk, bert, anna, box, asterisk]) await part?.stop()
})

const shows = (lamp: Lamp, state: string) =>
  eventually(15_000, `a lamp that shows ${state}`, () => lamp.shows === state)

async function isLitByACall(lamp: Lamp): Promise<void> {
  const call = await anna.call('202')
  // Also when the PBX is dead and the box does not know it yet.
  const incoming = await bert.nextCall()
  await shows(lamp, 'early')
  incoming.answer()
  await call.answered()
  await shows(lamp, 'confirmed')
  await call.hangUp()
  await shows(lamp, 'idle')
}

test('a lamp of an Asterisk goes on through its death and comes back to it', async () => {
  const lamp = await desk.watch('202')
  expect(lamp.status).toBe(200)
  await isLitByACall(lamp)
  const told = lamp.notices.length
  expect((await desk.refresh(lamp, 600)).status).toBe(200)
  await eventually(20_000, 'the NOTIFY after a refresh', () => lamp.notices.length > told)
  const heard = lamp.versions

  await asterisk.kill()
  await isLitByACall(lamp)
  const last = heard.at(-1) ?? 0
  const own = lamp.versions.slice(heard.length)
  expect(own.length).toBeGreaterThan(2)
  expect(own).toEqual(own.map((_, place) => last + 1 + place))

  await asterisk.start()
  await eventually(30_000, 'the end of the subscription', () =>
    lamp.last?.state.startsWith('terminated;reason=deactivated'),
  )
  const again = await desk.watch('202')
  expect(again.status).toBe(200)
  await eventually(20_000, 'the first NOTIFY of the PBX', () => again.last?.state.startsWith('active'))
}, 120_000)
