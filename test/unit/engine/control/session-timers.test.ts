import { describe, expect, it } from 'vitest'
import type { SipRequest } from '../../../../src/engine/message/message.ts'
import { responseTo } from '../../../../src/engine/message/response.ts'
import { EngineWorld } from '../../../fuzz/engine-world.ts'
import type { FakeApplication } from '../../../fuzz/fake-application.ts'

const sdp =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n'

interface Call {
  readonly world: EngineWorld
  readonly application: FakeApplication
  readonly dialog: string
  /** Requests that the engine has sent since the last time, ACKs too. */
  sent(): Promise<SipRequest[]>
  /** Answers the last request that `sent` gave. */
  answer(status: number, headers?: Readonly<Record<string, string>>): Promise<void>
}

/** A call of an application that the far end has answered with these headers. */
async function answeredCall(headers: Readonly<Record<string, string>>): Promise<Call> {
  const world = new EngineWorld()
  world.join(0)
  const application = world.applications[0] as FakeApplication
  let last: { message: SipRequest; flow: Parameters<typeof world.transport.receive>[1] } | undefined
  const call = {
    world,
    application,
    dialog: '',
    sent: async () => {
      await world.settle()
      const requests = []
      for (const { message, flow } of world.transport.take()) {
        if (!message.isRequest) continue
        last = { message, flow }
        requests.push(message)
      }
      return requests
    },
    answer: async (status: number, extra: Readonly<Record<string, string>> = {}) => {
      if (!last) throw new Error('nothing was sent')
      const response = responseTo(last.message, status, undefined, { toTag: 'far' })
      for (const [name, value] of Object.entries(extra)) response.set(name, value)
      world.transport.receive(response.toText(), last.flow)
      await world.settle()
    },
  }
  application.send(
    `sip|||\r\nINVITE sip:bob@198.51.100.7 SIP/2.0\r\nSupported: timer\r\nSession-Expires: 1800\r\n\r\n${sdp}`,
  )
  await call.sent()
  await call.answer(200, { Contact: '<sip:bob@198.51.100.7>', ...headers })
  call.dialog = application.dialogs[0] ?? ''
  application.send(`sip||${call.dialog}|\r\nACK sip:placeholder SIP/2.0\r\n\r\n`)
  await call.sent()
  return call
}

describe('a session that we refresh (RFC 4028)', () => {
  const ours = { 'Session-Expires': '1800;refresher=uac' }

  it('gets an UPDATE without an offer at half its time, again and again', async () => {
    const { world, sent, answer } = await answeredCall({ ...ours, Allow: 'INVITE, UPDATE, BYE' })
    for (let round = 0; round < 3; round++) {
      await world.pass(899_000)
      expect(await sent()).toEqual([])
      await world.pass(2_000)
      const [update] = await sent()
      expect(update?.method).toBe('UPDATE')
      expect(update?.body.length).toBe(0)
      expect(update?.get('session-expires')).toBe('1800;refresher=uac')
      await answer(200, { ...ours, Contact: '<sip:bob@198.51.100.7>' })
    }
    expect(world.cores.counts().dialogs).toBe(1)
  })

  it('gets an INVITE with the same description where UPDATE is not taken, and its ACK', async () => {
    const { world, sent, answer } = await answeredCall(ours)
    await world.pass(901_000)
    const [invite] = await sent()
    expect(invite?.method).toBe('INVITE')
    expect(invite?.body.toString()).toBe(sdp)
    await answer(200, { ...ours, Contact: '<sip:bob@198.51.100.9>' })
    const [ack] = await sent()
    expect([ack?.method, ack?.uri]).toEqual(['ACK', 'sip:bob@198.51.100.9'])
  })

  it('asks for more when the far end wants more', async () => {
    const { world, sent, answer } = await answeredCall({ ...ours, Allow: 'UPDATE' })
    await world.pass(901_000)
    await sent()
    await answer(422, { 'Min-SE': '3600' })
    const [update] = await sent()
    expect(update?.get('session-expires')).toBe('3600;refresher=uac')
  })

  it('tries again after a collision', async () => {
    const { world, sent, answer } = await answeredCall({ ...ours, Allow: 'UPDATE' })
    await world.pass(901_000)
    await sent()
    await answer(491)
    await world.pass(3_000)
    expect((await sent()).map(({ method }) => method)).toContain('UPDATE')
  })

  it('ends when the far end has lost it', async () => {
    const { world, sent, answer } = await answeredCall({ ...ours, Allow: 'UPDATE' })
    await world.pass(901_000)
    await sent()
    await answer(481)
    expect((await sent()).map(({ method }) => method)).toEqual(['BYE'])
    expect(world.cores.counts().dialogs).toBe(0)
  })

  it('ends when nothing answers until it runs out', async () => {
    const { world, sent } = await answeredCall({ ...ours, Allow: 'UPDATE' })
    await world.pass(1_760_000)
    expect((await sent()).map(({ method }) => method)).not.toContain('BYE')
    await world.pass(10_000)
    const bye = (await sent()).find(({ method }) => method === 'BYE')
    expect(bye?.get('reason')).toContain('Session timer expired')
  })

  it('is refreshed as well by what the application sends', async () => {
    const { world, application, dialog, sent, answer } = await answeredCall({ ...ours, Allow: 'UPDATE' })
    await world.pass(600_000)
    application.send(`sip||${dialog}|\r\nINVITE sip:placeholder SIP/2.0\r\n\r\n${sdp}`)
    const [invite] = await sent()
    expect(invite?.get('session-expires')).toBe('1800;refresher=uac')
    await answer(200, { ...ours, Contact: '<sip:bob@198.51.100.7>' })
    application.send(`sip||${dialog}|\r\nACK sip:placeholder SIP/2.0\r\n\r\n`)
    await sent()
    await world.pass(800_000)
    expect(await sent()).toEqual([])
  })
})

describe('a session that the far end refreshes', () => {
  const theirs = { 'Session-Expires': '1800;refresher=uas' }

  it('ends with a BYE when it does not, 32 s before its time', async () => {
    const { world, sent } = await answeredCall(theirs)
    await world.pass(1_767_000)
    expect(await sent()).toEqual([])
    await world.pass(2_000)
    const [bye] = await sent()
    expect(bye?.method).toBe('BYE')
    expect(bye?.get('reason')).toContain('Session timer expired')
    expect(world.cores.counts().dialogs).toBe(0)
  })

  it('goes on when it does; the answer of the application is completed', async () => {
    const { world, application, dialog, sent } = await answeredCall(theirs)
    await world.pass(900_000)
    const [callId = '', tag = ''] = dialog.split(';from-tag=')
    const lines = [
      'UPDATE sip:x@192.0.2.1 SIP/2.0',
      'Via: SIP/2.0/UDP 198.51.100.7;branch=z9hG4bKrefresh',
      'Max-Forwards: 70',
      `From: <sip:bob@198.51.100.7>;tag=far`,
      `To: <sip:me@192.0.2.1>;tag=${tag}`,
      `Call-ID: ${callId}`,
      'CSeq: 7 UPDATE',
      'Contact: <sip:bob@198.51.100.7>',
      'Session-Expires: 1800;refresher=uac',
      'Supported: timer',
      '',
      '',
    ]
    world.transport.receive(lines.join('\r\n'), world.transport.flow('udp', '198.51.100.7', 5060))
    await world.settle()
    application.send(`sip|${application.incoming[0]}|\r\nSIP/2.0 200 OK\r\n\r\n`)
    await world.settle()
    const [reply] = world.transport.take()
    expect(reply?.message.get('session-expires')).toBe('1800;refresher=uac')
    expect(reply?.message.get('require')).toBe('timer')
    await world.pass(1_700_000)
    expect(await sent()).toEqual([])
    await world.pass(100_000)
    expect((await sent()).map(({ method }) => method)).toContain('BYE')
  })

  it('has no timer when the answer does not speak of one', async () => {
    const { world, sent } = await answeredCall({})
    await world.pass(10_000_000)
    expect(await sent()).toEqual([])
    expect(world.cores.counts().dialogs).toBe(1)
  })
})

it('an INVITE for less than 90 s is answered 422', async () => {
  const world = new EngineWorld()
  world.join(0)
  const lines = [
    'INVITE sip:x@192.0.2.1 SIP/2.0',
    'Via: SIP/2.0/UDP 198.51.100.7;branch=z9hG4bKshort',
    'Max-Forwards: 70',
    'From: <sip:bob@198.51.100.7>;tag=far',
    'To: <sip:me@192.0.2.1>',
    'Call-ID: short',
    'CSeq: 1 INVITE',
    'Contact: <sip:bob@198.51.100.7>',
    'x: 60',
    '',
    '',
  ]
  world.transport.receive(lines.join('\r\n'), world.transport.flow('udp', '198.51.100.7', 5060))
  await world.settle()
  const [reply] = world.transport.take()
  expect(reply?.message.toText()).toMatch(/^SIP\/2\.0 422 /)
  expect(reply?.message.get('min-se')).toBe('90')
})
