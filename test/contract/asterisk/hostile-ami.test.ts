import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Notice } from '../../../src/domain/notice.ts'
import { AmiAsterisk } from '../../../src/drivers/asterisk/ami-asterisk.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { FakeAmi } from '../../support/fake-ami.ts'
import { eventually } from '../../support/within.ts'

/** Time goes as the test moves it; bytes go as they like. */
describe('a manager interface that misbehaves', () => {
  const clock = new FakeClock(1_000)
  let ami: FakeAmi
  let asterisk: AmiAsterisk
  let notices: Notice[]

  beforeEach(async () => {
    ami = new FakeAmi()
    ami.lists = {
      PJSIPShowEndpoints: [{ Event: 'EndpointList', ObjectName: 'line', DeviceState: 'Not in use' }],
      CoreShowChannels: [],
    }
    await ami.start()
    notices = []
    asterisk = new AmiAsterisk({
      entry: { name: 'a', host: '127.0.0.1', port: ami.port, username: 'causeway', secret: 'secret' },
      names: { resolve: ({ host }) => [{ address: host }] },
      notices: { send: (notice) => notices.push(notice) },
      clock,
      log: silentLog,
    })
  })
  afterEach(async () => {
    await asterisk.stop()
    await ami.stop()
  })

  /** Moves the time on in small steps until it is so. */
  const soon = (what: string, ask: () => unknown, stepMs = 50) =>
    eventually(20_000, what, () => {
      const isSo = Boolean(ask())
      if (!isSo) clock.advance(stepMs)
      return isSo
    })
  const known = () => soon('its state', () => asterisk.state())
  const text = () => asterisk.view().state.text

  test('greets and then is silent: it is left and tried again', async () => {
    ami.onAction = () => true
    await asterisk.start()
    await soon('the give-up', () => /no login within/.test(text()))
    ami.onAction = () => false
    await known()
  })

  test('says nothing at all', async () => {
    ami.banner = ''
    await asterisk.start()
    await soon('a second attempt', () => ami.actions.length > 2 || /no login within/.test(text()))
    expect(asterisk.state()).toBeUndefined()
  })

  test.each([
    ['something else that listens there', 'HTTP/1.1 400 Bad Request\r\n\r\n', /does not greet/],
    ['a line without end', `Asterisk Call Manager/5\r\n${'x'.repeat(200_000)}`, /a line without end/],
    [
      'a message without end',
      `Asterisk Call Manager/5\r\n${'A: b\r\n'.repeat(60_000)}`,
      /a message without end/,
    ],
  ])('is %s', async (_, greeting, why) => {
    ami.banner = greeting
    await asterisk.start()
    await soon('the give-up', () => why.test(text()))
    ami.banner = 'Asterisk Call Manager/2.9.0\r\n'
    await known()
  })

  test('sends garbage in the midst of everything: the next session is as good as the first', async () => {
    await asterisk.start()
    await known()
    for (let round = 0; round < 20; round++) ami.raw(randomBytes(3_000))
    ami.raw('\r\n\r\nEvent: DeviceStateChange\r\nDevice: PJSIP/line\r\nState: BUSY\r\n\r\n')
    await soon(
      'the state after it',
      () =>
        asterisk.state()?.devices.get('PJSIP/line')?.state === 'busy' ||
        ami.actions.filter(({ name }) => name === 'Login').length > 1,
    )
    await known()
  })

  test('sends parts of events and then cuts the line: nothing is left of them', async () => {
    await asterisk.start()
    await known()
    ami.raw('Event: Newchannel\r\nUniqueid: 1\r\nChannel: PJSIP/li')
    ami.cut()
    await soon('the loss', () => asterisk.state() === undefined)
    await known()
    expect(asterisk.state()?.channels.size).toBe(0)
  })

  test('answers with ActionIDs that nobody gave out: they are nobody’s', async () => {
    await asterisk.start()
    await known()
    ami.onAction = (action) => {
      if (action.name !== 'Hangup') return false
      for (const id of ['1', '', 'causeway-1']) action.raw(`Response: Success\r\nActionID: ${id}\r\n\r\n`)
      return true
    }
    const hangUp = asterisk.hangUp('PJSIP/line-1').catch((error: unknown) => error)
    await soon('the give-up', () => asterisk.state() === undefined, 200)
    expect(await hangUp).toMatchObject({ kind: 'too-late' })
  })

  test('lets an account in that may ask nothing: that is said', async () => {
    ami.onAction = (action) => {
      if (!/List|Show|peers|registry/.test(action.name)) return false
      action.respond({ Response: 'Error', Message: 'Permission denied' })
      return true
    }
    await asterisk.start()
    await soon('the complaint', () => /manager account may not/.test(text()))
  })

  test('drips a byte at a time and never comes to an end', async () => {
    ami.onAction = (action) => {
      if (action.name !== 'Challenge') return false
      action.raw('Response: Succ')
      return true
    }
    await asterisk.start()
    await soon('the give-up', () => {
      ami.raw('e')
      return /no login within/.test(text())
    })
  })

  test('has not booted: it is read when it says that it has', async () => {
    ami.isBooted = false
    ami.lists = {}
    await asterisk.start()
    await soon('the login', () => asterisk.view().connectedSince !== undefined)
    expect(asterisk.state()).toBeUndefined()
    ami.lists = { PJSIPShowEndpoints: [{ Event: 'EndpointList', ObjectName: 'late', DeviceState: 'Busy' }] }
    ami.send({ Event: 'FullyBooted', Status: 'Fully Booted' })
    await known()
    expect(asterisk.state()?.devices.get('PJSIP/late')?.state).toBe('busy')
  })

  test('floods: what is read in a second is bounded, and the rest waits', async () => {
    await asterisk.start()
    await known()
    const events = Array.from(
      { length: 9_000 },
      (_, id) =>
        `Event: Newchannel\r\nUniqueid: ${id}\r\nChannel: PJSIP/a-${id}\r\nX: ${'x'.repeat(900)}\r\n\r\n`,
    )
    ami.raw(events.join(''))
    const channels = asterisk.state()?.channels
    await eventually(10_000, 'a second’s worth', () => (channels?.size ?? 0) > 4_000)
    await new Promise((resolve) => setImmediate(resolve))
    expect(channels?.size).toBeLessThan(6_000)
    await soon('the rest', () => channels?.size === 9_000, 500)
  })

  test('away for long is a notice, and so is its return; a short while is none', async () => {
    await asterisk.start()
    await known()
    ami.cut()
    await soon('the loss', () => asterisk.state() === undefined, 10)
    await known()
    expect(notices).toEqual([])
    await ami.stop()
    await soon('the notice', () => notices.length === 1, 500)
    expect(notices[0]).toMatchObject({ event: 'asterisk', facts: { asterisk: 'a', state: 'away' } })
    await ami.start()
    await known()
    expect(notices[1]).toMatchObject({ event: 'asterisk', facts: { state: 'connected' } })
    expect(notices).toHaveLength(2)
  })
})
