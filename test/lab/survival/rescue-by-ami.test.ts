import { afterAll, beforeAll, expect, test } from 'vitest'
import { installDebian } from '../../../appliance/debian/install-debian.ts'
import { Asterisk } from '../../support/asterisk.ts'
import { asteriskRole } from '../../support/asterisk-role.ts'
import { CollectedLog } from '../../support/collected-log.ts'
import { labPrograms } from '../../support/lab-programs.ts'
import { type RunningBox, runBox } from '../../support/running-box.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { hears } from '../../support/tone.ts'
import { eventually } from '../../support/within.ts'

const domain = 'pbx.test'
const low = 440
const high = 880
/** Answers first and calls on then, as queues do: identity and time say nothing of who talks to whom. */
const desk = `
[inside]
exten => 250,1,Set(CAUSEWAY_CALL=\${CHANNEL(pjsip,call-id)})
 same => n,Answer()
 same => n,Wait(1)
 same => n,Dial(\${PJSIP_DIAL_CONTACTS(202)},60,b(call-id^s^1))
`
const log = new CollectedLog()
let asterisk: Asterisk
let box: RunningBox
let anna: SipPhone
let bert: SipPhone

beforeAll(async () => {
  if (!installDebian(labPrograms, 'the lab')) throw new Error('the lab is not installed')
  // Nothing leaves it for the box: the port does not matter.
  const files = asteriskRole('pbx', { box: '127.0.0.1:9' }, desk)
  asterisk = new Asterisk({ address: '127.0.0.2', files })
  await asterisk.start()
  const manager = { host: asterisk.address, port: asterisk.amiPort, username: 'causeway', secret: 'secret' }
  box = await runBox(
    {
      asterisks: [{ name: 'pbx', ...manager }],
      pbxs: [{ name: 'main', server: asterisk.hostPort, domain, asterisk: 'pbx', optionsIntervalMs: 500 }],
    },
    log,
  )
  const phone = async (user: string, tone: number) => {
    const settings = { aor: `${user}@${domain}`, password: `secret-${user}`, server: box.server }
    const made = new SipPhone({ ...settings, tone })
    await made.start()
    await made.register()
    return made
  }
  anna = await phone('201', low)
  bert = await phone('202', high)
}, 120_000)

afterAll(async () => {
  for (const part of [bert, anna, box, asterisk]) await part?.stop()
})

test('an Asterisk tells beforehand whom the box has to join when it dies', async () => {
  const arriving = bert.nextCall()
  const call = await anna.call('250')
  await call.answered()
  const answered = await arriving
  await hears(call, high, 10_000)
  await hears(answered, low, 10_000)

  await asterisk.kill()
  const rescued = await eventually(15_000, 'the rescue', () =>
    log.lines.find(({ sentence }) => sentence === 'PBX calls rescued'),
  )
  expect(rescued.fields).toMatchObject({ rescued: 1, failed: 0, left: 0 })
  await hears(call, high, 5_000)
  await hears(answered, low, 5_000)
  await call.hangUp()
  expect(await answered.ended()).toBe('far-end')
}, 120_000)
