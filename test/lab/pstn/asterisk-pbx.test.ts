import { afterAll, beforeAll, test } from 'vitest'
import { Asterisk } from '../../support/asterisk.ts'
import { asteriskRole } from '../../support/asterisk-role.ts'
import { freePort } from '../../support/free-port.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { TestBox } from '../../support/test-box.ts'
import { eventually } from '../../support/within.ts'

const domain = 'pbx.test'
let asterisk: Asterisk
let box: TestBox
/** 201 registers through the box, 202 at the PBX itself. */
let fronted: SipPhone
let direct: SipPhone

beforeAll(async () => {
  const boxPort = await freePort()
  asterisk = new Asterisk({
    address: '127.0.0.2',
    files: asteriskRole('pbx', { box: `127.0.0.1:${boxPort}` }),
  })
  await asterisk.start()
  box = new TestBox({
    sipPort: boxPort,
    config: {
      box: { logLevel: 'debug' },
      registrar: { algorithms: ['MD5'] },
      users: ['201', '202'].map((user) => ({ aor: `${user}@${domain}`, password: `secret-${user}` })),
      asterisks: [
        {
          name: 'pbx',
          host: asterisk.address,
          port: asterisk.amiPort,
          username: 'causeway',
          secret: 'secret',
        },
      ],
      pbxs: [
        {
          name: 'main',
          server: asterisk.hostPort,
          domain,
          asterisk: 'pbx',
          optionsIntervalMs: 500,
          holdDownMs: 1_000,
        },
      ],
    },
  })
  await box.start()
  fronted = new SipPhone({ aor: `201@${domain}`, password: 'secret-201', server: box.server, tone: 440 })
  const [host, port] = asterisk.hostPort.split(':')
  direct = new SipPhone({
    aor: `202@${domain}`,
    password: 'secret-202',
    server: { host: host ?? '', port: Number(port) },
    tone: 880,
  })
  for (const phone of [fronted, direct]) {
    await phone.start()
    await phone.register()
  }
})

afterAll(async () => {
  for (const part of [fronted, direct, box, asterisk]) await part?.stop()
})

interface AsteriskShown {
  readonly contacts: number
  readonly state: { readonly state: string }
}

async function shown(): Promise<AsteriskShown | undefined> {
  const { asterisks } = await box.ask<{ asterisks: AsteriskShown[] }>('/api/outside')
  return asterisks[0]
}

async function talks(): Promise<void> {
  const arriving = direct.nextCall()
  const call = await fronted.call('202')
  await call.answered()
  const answered = await arriving
  await eventually(8_000, 'the tone of 880 Hz', () => call.heard(880).share > 0.9)
  await eventually(8_000, 'the tone of 440 Hz', () => answered.heard(440).share > 0.9)
  await call.hangUp()
}

test('phones call each other through the Asterisk, and the box knows where both are', async () => {
  await eventually(10_000, 'both contacts', async () => (await shown())?.contacts === 2)
  await talks()
})

test('when it is dead a phone that only ever registered there is still found, also after a restart of the box', async () => {
  await eventually(15_000, 'the mirror on disk', async () =>
    /phones of the PBX kept/.test(box.log.join('\n')),
  )
  await asterisk.kill()
  await eventually(15_000, 'survival', () => box.log.some((line) => /"to":"survival"/.test(line)))
  await talks()
  await box.kill()
  await box.start()
  await fronted.register()
  await eventually(15_000, 'survival again', () => box.log.some((line) => /"to":"survival"/.test(line)))
  await talks()
  await asterisk.start()
  await eventually(20_000, 'the return', () => box.log.some((line) => /"to":"normal"/.test(line)))
  await eventually(10_000, 'AMI', async () => (await shown())?.state.state === 'good')
})
