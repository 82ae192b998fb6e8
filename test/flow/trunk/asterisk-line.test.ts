import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { FakeAmi } from '../../support/fake-ami.ts'
import { freePort } from '../../support/free-port.ts'
import { type RunningBox, runBox } from '../../support/running-box.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { StartedParts } from '../../support/started-parts.ts'
import { TinyCarrier } from '../../support/tiny-carrier.ts'
import { eventually } from '../../support/within.ts'

const running = new StartedParts()

afterEach(() => running.stop())

interface Shown {
  readonly name: string
  readonly state: { readonly state: string; readonly text: string }
}

/** A trunk that is an Asterisk, with another beside it that costs more. */
async function site() {
  const [lines, dear] = [await running.begin(new TinyCarrier()), await running.begin(new TinyCarrier())]
  const ami = new FakeAmi()
  const tellLine = (state: string) => {
    ami.lists = {
      PJSIPShowEndpoints: [{ Event: 'EndpointList', ObjectName: 'provider', DeviceState: state }],
      CoreShowChannels: [],
    }
  }
  tellLine('Not in use')
  await running.begin(ami)
  const box = await runBox({
    sip: { domains: ['site-a.example'] },
    numbering: { country: 'DE', areaCode: '30' },
    users: [{ aor: '201@site-a.example', password: 'secret' }],
    asterisks: [{ name: 'pstn', port: ami.port, username: 'causeway', secret: 'secret' }],
    trunks: [
      { name: 'lines', server: lines.hostPort, asterisk: 'pstn', line: 'PJSIP/provider', maxCalls: 2 },
      { name: 'dear', server: dear.hostPort, costPerMinute: 90 },
    ],
    admin: { port: await freePort() },
  })
  running.add(box)
  const phone = await running.begin(
    new SipPhone({ aor: '201@site-a.example', password: 'secret', server: box.server }),
  )
  await eventually(10_000, 'AMI', async () => (await shown(box)).asterisk?.state.state === 'good')
  return { lines, dear, ami, box, phone, tellLine }
}

async function shown({ adminUrl }: RunningBox): Promise<{ asterisk?: Shown; lines?: Shown }> {
  const response = await fetch(`${adminUrl}/api/outside`, { signal: AbortSignal.timeout(5_000) })
  const outside = (await response.json()) as { asterisks: Shown[]; trunks: Shown[] }
  const [asterisk, trunk] = [outside.asterisks[0], outside.trunks.find(({ name }) => name === 'lines')]
  return { ...(asterisk && { asterisk }), ...(trunk && { lines: trunk }) }
}

async function calls(phone: SipPhone): Promise<void> {
  const call = await phone.call('03098765432')
  await call.answered()
  await call.hangUp()
}

describe('a trunk that is an Asterisk', () => {
  it('is passed over while its line is down or full there, and used again after that', async () => {
    const { lines, dear, ami, box, phone } = await site()
    expect((await shown(box)).lines?.state.text).toContain('PJSIP/provider carries 0 calls')
    await calls(phone)
    expect([lines.dialled.length, dear.dialled.length]).toEqual([1, 0])

    ami.send({ Event: 'DeviceStateChange', Device: 'PJSIP/provider', State: 'UNAVAILABLE' })
    await eventually(
      5_000,
      'the line to be down',
      async () => (await shown(box)).lines?.state.state === 'failed',
    )
    expect((await shown(box)).lines?.state.text).toBe('PJSIP/provider is unavailable at the Asterisk')
    await calls(phone)
    expect([lines.dialled.length, dear.dialled.length]).toEqual([1, 1])

    // Up again, but others use all of its channels.
    for (const id of ['1', '2'])
      ami.send({ Event: 'Newchannel', Channel: `PJSIP/provider-${id}`, Uniqueid: id })
    ami.send({ Event: 'DeviceStateChange', Device: 'PJSIP/provider', State: 'INUSE' })
    await eventually(5_000, 'the line to be up', async () => (await shown(box)).lines?.state.state === 'good')
    await calls(phone)
    expect([lines.dialled.length, dear.dialled.length]).toEqual([1, 2])

    ami.send({ Event: 'Hangup', Channel: 'PJSIP/provider-1', Uniqueid: '1', Cause: '16' })
    await eventually(5_000, 'a channel', () => calls(phone).then(() => lines.dialled.length > 1))
  })

  it('takes calls whatever becomes of its manager interface', async () => {
    const { lines, dear, ami, box, phone, tellLine } = await site()
    const isCalled = async (times: number) => {
      await calls(phone)
      expect([lines.dialled.length, dear.dialled.length]).toEqual([times, 0])
    }
    // What was known is known no more: SIP decides.
    tellLine('Unavailable')
    await ami.stop()
    await eventually(5_000, 'the loss', async () => (await shown(box)).asterisk?.state.state === 'failed')
    await isCalled(1)

    ami.onAction = () => true
    await ami.start()
    await eventually(
      10_000,
      'a connection that is not answered',
      () => ami.actions.length > 0 && ami.connections > 0,
    )
    await isCalled(2)

    ami.onAction = (action) => {
      action.raw(randomBytes(10_000).toString('latin1'))
      return true
    }
    const before = ami.actions.length
    await eventually(10_000, 'a connection that is garbage', () => ami.actions.length > before + 1)
    await isCalled(3)
  })
})
