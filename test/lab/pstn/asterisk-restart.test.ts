import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Asterisk } from '../../support/asterisk.ts'
import { asteriskRole } from '../../support/asterisk-role.ts'
import { FakeAmi } from '../../support/fake-ami.ts'
import { freePort } from '../../support/free-port.ts'
import { callerFields } from '../../support/sipp-fields.ts'
import { SippRun } from '../../support/sipp-run.ts'
import { site } from '../../support/site.ts'
import { TestBox } from '../../support/test-box.ts'
import { TinyCarrier } from '../../support/tiny-carrier.ts'
import { eventually } from '../../support/within.ts'

const network = `
[to-the-network](+)
exten => _+4930X.,1,Answer()
 same => n,Wait(60)
`
const callsPerSecond = 10
const seconds = 25

let asterisk: Asterisk
let box: TestBox
const second = new TinyCarrier()
/** Another Asterisk of the box, as far as it goes: it sends whatever comes to its mind. */
const mad = new FakeAmi()
let madness: NodeJS.Timeout | undefined

beforeAll(async () => {
  const boxPort = await freePort()
  await second.start()
  await mad.start()
  madness = setInterval(() => mad.raw(randomBytes(2_000)), 100)
  const files = asteriskRole('trunk', { box: `127.0.0.1:${boxPort}`, provider: second.hostPort }, network)
  asterisk = new Asterisk({ address: '127.0.0.2', files })
  await asterisk.start()
  const account = { username: 'causeway', secret: 'secret' }
  box = new TestBox({
    sipPort: boxPort,
    config: {
      sip: { domains: [site] },
      numbering: { country: 'DE', areaCode: '30' },
      registrar: { algorithms: ['MD5'] },
      // One user calls as fast as no person does.
      tollFraud: { enabled: false },
      users: [{ aor: `201@${site}`, password: 'secret-201' }],
      asterisks: [
        { name: 'pstn', host: asterisk.address, port: asterisk.amiPort, ...account },
        { name: 'mad', host: '127.0.0.1', port: mad.port, ...account },
      ],
      trunks: [
        {
          name: 'lines',
          server: asterisk.hostPort,
          asterisk: 'pstn',
          line: 'PJSIP/provider',
          optionsIntervalSeconds: 1,
        },
        { name: 'second', server: second.hostPort, asterisk: 'mad', line: 'PJSIP/carrier' },
      ],
    },
  })
  await box.start()
})

afterAll(async () => {
  clearInterval(madness)
  for (const part of [box, asterisk, second, mad]) await part?.stop()
})

const connects = () => box.log.filter((line) => /"asterisk":"pstn".*Asterisk is connected"/.test(line))
const stateOf = async (name: string) => {
  const outside = await box.ask<{ asterisks: { name: string; state: { state: string } }[] }>('/api/outside')
  return outside.asterisks.find((each) => each.name === name)?.state.state
}

test('an Asterisk that is killed and started again under load: no call is refused, AMI is back in time', async () => {
  await eventually(20_000, 'AMI', async () => (await stateOf('pstn')) === 'good')
  const load = new SippRun({
    scenario: 'caller',
    target: box.hostPort,
    port: await freePort(),
    rate: callsPerSecond,
    calls: callsPerSecond * seconds,
    holdMs: 500,
    fields: [callerFields('201', 'secret-201', site, '030200')],
    timeoutSeconds: 120,
  })
  try {
    await load.start()
    const carriesCalls = async () => {
      const text = await asterisk.command('core show channels count')
      return Number(/(\d+) active channels?/.exec(text)?.[1] ?? 0) > 2
    }
    await eventually(15_000, 'calls on Asterisk', carriesCalls, 250)
    await asterisk.kill()
    await eventually(10_000, 'the loss', async () => (await stateOf('pstn')) === 'failed')
    await eventually(10_000, 'calls on the other trunk', () => second.dialled.length > 5)

    const connectsBefore = connects().length
    await asterisk.start()
    await eventually(5_000, 'AMI again', () => connects().length > connectsBefore)
    await eventually(10_000, 'its state', async () => (await stateOf('pstn')) === 'good')
    const stats = await load.finished()
    expect(stats.failed).toBe(0)
    expect(stats.successful).toBe(callsPerSecond * seconds)
    expect(mad.actions.map(({ name }) => name)).toContain('Login')
  } finally {
    await load.end()
  }
})
