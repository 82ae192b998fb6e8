import { afterEach, expect, test } from 'vitest'
import { Asterisk } from '../../support/asterisk.ts'
import { asteriskRole } from '../../support/asterisk-role.ts'
import { CollectedLog } from '../../support/collected-log.ts'
import { runBox } from '../../support/running-box.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { StartedParts } from '../../support/started-parts.ts'
import { eventually } from '../../support/within.ts'

const domain = 'pbx.test'
const running = new StartedParts()

afterEach(() => running.stop())

test('phones are led home to an Asterisk that has forgotten them', async () => {
  const asterisk = new Asterisk({ address: '127.0.0.2', files: asteriskRole('pbx', { box: '127.0.0.1:9' }) })
  running.add(asterisk)
  await asterisk.start()
  const log = new CollectedLog()
  const config = {
    users: ['201', '202'].map((user) => ({ aor: `${user}@${domain}`, password: `secret-${user}` })),
    pbxs: [{ name: 'main', server: asterisk.hostPort, domain, optionsIntervalMs: 500, holdDownMs: 1_000 }],
  }
  const box = await runBox(config, log)
  running.add(box)
  const phones = ['201', '202'].map(
    (user) => new SipPhone({ aor: `${user}@${domain}`, password: `secret-${user}`, server: box.server }),
  )
  for (const phone of phones) {
    running.add(phone)
    await phone.start()
    await phone.register()
  }
  const contacts = () => asterisk.command('pjsip show contacts')
  expect((await contacts()).match(/sip:20[12]@/g)).toHaveLength(2)

  await asterisk.command('database deltree registrar')
  expect(await asterisk.command('database show registrar')).toContain('0 results found')
  await asterisk.kill()
  await eventually(20_000, 'a registration without the PBX', () =>
    phones[0]?.register({ expires: 600 }).then(
      (response) => /expires=(?:4[89]|5\d|60)\b/.test(response.values('contact').join()),
      () => false,
    ),
  )
  // One that is back sooner has been away for nobody.
  await eventually(20_000, 'the verdict', () => log.lines.some(({ fields }) => fields.to === 'survival'))
  await asterisk.start()
  await eventually(20_000, 'both phones at the Asterisk', async () => {
    return (await contacts()).match(/sip:20[12]@/g)?.length === 2
  })
  const [anna] = phones
  const call = await anna?.call('202')
  await call?.answered()
  await call?.hangUp()
}, 180_000)
