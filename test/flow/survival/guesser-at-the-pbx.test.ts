import { afterEach, expect, it } from 'vitest'
import { CollectedLog } from '../../support/collected-log.ts'
import { freePort } from '../../support/free-port.ts'
import { runBox } from '../../support/running-box.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { StartedParts } from '../../support/started-parts.ts'
import { TinyPbx } from '../../support/tiny-pbx.ts'

const running = new StartedParts()
afterEach(() => running.stop())

it('who tries passwords at the PBX through the box is banned by the box; a phone that knows its own is not', async () => {
  const domain = 'office.example'
  const pbx = await running.begin(
    new TinyPbx({
      domain,
      users: { '201': 'right' },
      listen: { address: '127.0.0.30', port: await freePort() },
    }),
  )
  const log = new CollectedLog()
  const pbxs = [{ name: 'office', server: pbx.hostPort, domain }]
  const box = running.add(
    await runBox({ sip: { domains: ['site-a.example'] }, pbxs, guard: { authFailuresToBan: 3 } }, log),
  )
  const phoneAt = (address: string, password: string) =>
    running.begin(
      new SipPhone({ aor: `201@${box.server.host}`, password, server: box.server, listen: { address } }),
    )
  const guesser = await phoneAt('127.0.0.66', 'wrong')
  const phone = await phoneAt('127.0.0.67', 'right')
  for (let time = 0; time < 3; time++) {
    await phone.register()
    await expect(guesser.register()).rejects.toMatchObject({ status: 401 })
  }
  await phone.register()
  const banned = log.lines.filter(({ sentence }) => sentence === 'source banned for wrong passwords')
  expect(banned.map(({ fields }) => fields.source)).toEqual(['127.0.0.66'])
})
