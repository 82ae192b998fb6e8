import { afterEach, describe, expect, it } from 'vitest'
import type { CallRecord } from '../../../src/domain/call-record.ts'
import type { SipRequest } from '../../../src/engine/message/message.ts'
import { WirePhone } from '../../contract/drachtio/wire-phone.ts'
import { type RunningBox, runBox } from '../../support/running-box.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { eventually } from '../../support/within.ts'

const head = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n'
const answerSdp = `${head}m=audio 5000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n`

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

interface Scene {
  readonly box: RunningBox
  /** The far end of the trunk, played by the test. */
  readonly carrier: WirePhone
  readonly anna: SipPhone
}

/** A box with one trunk that is as `media` says. */
async function scene(media: Record<string, unknown>, more: Record<string, unknown> = {}): Promise<Scene> {
  const carrier = await WirePhone.open('+4930', { host: '127.0.0.1', port: 9 })
  closing.push(() => carrier.close())
  const box = await runBox({
    sip: { domains: ['site-a.example'] },
    admin: { port: 0 },
    numbering: { country: 'DE', areaCode: '30' },
    users: [
      { aor: '201@site-a.example', password: 'secret', numbers: ['+49301234501'] },
      { aor: '202@site-a.example', password: 'secret' },
    ],
    trunks: [{ name: 'carrier', server: `127.0.0.1:${carrier.port}`, media }],
    ...more,
  })
  closing.push(() => box.stop())
  // Its health.
  carrier.answer(await carrier.requestThat('OPTIONS'), 200)
  const anna = new SipPhone({ aor: '201@site-a.example', password: 'secret', server: box.server })
  closing.push(() => anna.stop())
  await anna.start()
  await anna.register()
  return { box, carrier, anna }
}

async function lastRecord({ adminUrl }: RunningBox): Promise<CallRecord> {
  return await eventually(5_000, 'the record of a call that is over', async () => {
    const response = await fetch(`${adminUrl}/api/calls`, { signal: AbortSignal.timeout(5_000) })
    const [record] = ((await response.json()) as { recent: CallRecord[] }).recent
    return record?.endedAt !== undefined && record
  })
}

async function hearsBye(carrier: WirePhone): Promise<SipRequest> {
  const bye = await carrier.requestThat('BYE', 10_000)
  carrier.answer(bye, 200)
  return bye
}

describe('a call out on a trunk', () => {
  it('asks as the policy wants: codecs, 100rel, session timer', async () => {
    const { carrier, anna } = await scene({
      codecs: ['PCMA'],
      dtmf: 'other',
      reliableProvisionals: 'required',
      sessionTimer: { expiresSeconds: 600, minSeconds: 120, refresher: 'far-end' },
    })
    const call = await anna.call('03098765432')
    const invite = await carrier.requestThat('INVITE')
    expect(invite.values('require')).toEqual(['100rel'])
    expect(invite.values('supported')).toEqual(['timer', '100rel'])
    expect(invite.get('session-expires')).toBe('600;refresher=uas')
    expect(invite.get('min-se')).toBe('120')
    expect(invite.body.toString()).toMatch(/^m=audio \d+ RTP\/AVP 8\r$/m)

    // Anna's phone knows nothing of reliable responses.
    carrier.answer(invite, 183, { Require: '100rel', RSeq: '5' }, answerSdp)
    carrier.answer(await carrier.requestThat('PRACK'), 200)
    await call.progressed(183)
    expect(call.remoteSdp).toContain('m=audio 5000')
    carrier.answer(invite, 200)
    await call.answered()
    expect(call.remoteSdp).toContain('m=audio 5000')
    await carrier.requestThat('ACK')
    const over = call.hangUp()
    await hearsBye(carrier)
    await over
  })

  it('holds early media back, so that the caller hears its own ringing tone', async () => {
    const { carrier, anna } = await scene({ earlyMedia: 'hold-back' })
    const call = await anna.call('03098765432')
    const invite = await carrier.requestThat('INVITE')
    carrier.answer(invite, 183, {}, answerSdp)
    await call.progressed(180)
    expect(call.statuses).not.toContain(183)
    expect(call.remoteSdp).toBe('')
    carrier.answer(invite, 200, {}, answerSdp)
    await call.answered()
    const over = call.hangUp()
    await hearsBye(carrier)
    await over
  })

  it('that would be in the clear where it must not be is refused, with the reason in the decision record', async () => {
    const { box, carrier, anna } = await scene({ srtp: 'required' })
    const call = await anna.call('03098765432')
    await expect(call.answered()).rejects.toMatchObject({ status: 488 })
    expect(carrier.count('INVITE')).toBe(0)
    const { attempts, callId } = await lastRecord(box)
    expect(attempts).toMatchObject([{ target: 'carrier', status: 488 }])
    const response = await fetch(`${box.adminUrl}/api/calls/${encodeURIComponent(callId)}/decision`)
    expect(await response.text()).toContain('the trunk is to be encrypted')
  })

  it('ends when the far end falls silent, on both legs, and its record says why', async () => {
    const { box, carrier, anna } = await scene({})
    const call = await anna.call('03098765432')
    const invite = await carrier.requestThat('INVITE')
    // Shorter than anybody may ask for, so that the test is.
    carrier.answer(invite, 200, { 'Session-Expires': '6;refresher=uas', Supported: 'timer' }, answerSdp)
    await call.answered()
    await carrier.requestThat('ACK')
    await hearsBye(carrier)
    expect(await call.ended()).toBe('far-end')
    expect(call.received.at(-1)?.get('reason')).toContain('Session timer expired')
    expect(await lastRecord(box)).toMatchObject({ endedBy: 'box', cause: 'Session timer expired' })
  })

  it('is not disturbed by the refreshes of the far end', async () => {
    const { carrier, anna } = await scene({})
    const call = await anna.call('03098765432')
    const invite = await carrier.requestThat('INVITE')
    const answer = carrier.answer(
      invite,
      200,
      { 'Session-Expires': '1800;refresher=uas', Supported: 'timer' },
      answerSdp,
    )
    await call.answered()
    await carrier.requestThat('ACK')
    const terms = { 'Session-Expires': '1800;refresher=uac', Supported: 'timer' }
    carrier.asCallee(invite, answer, 'UPDATE', terms)
    const updated = await carrier.responseThat([200, 'UPDATE'])
    expect(updated.get('session-expires')).toBe('1800;refresher=uac')
    expect(updated.get('require')).toBe('timer')
    const refresh = carrier.asCallee(invite, answer, 'INVITE', terms, answerSdp)
    const refreshed = await carrier.responseThat([200, 'INVITE'])
    expect(refreshed.body.toString()).toBe(invite.body.toString())
    carrier.acknowledge(refresh, refreshed)
    expect(call.received).toEqual([])

    // What is no refresh goes across.
    const hold = carrier.asCallee(invite, answer, 'INVITE', terms, `${answerSdp}a=sendonly\r\n`)
    carrier.acknowledge(hold, await carrier.responseThat([200, 'INVITE']))
    await eventually(5_000, 'the hold', () => call.received.some(({ method }) => method === 'INVITE'))
    expect(call.remoteSdp).toContain('a=sendonly')
    const over = call.hangUp()
    await hearsBye(carrier)
    await over
  })

  it('carries digits by INFO, and fax', async () => {
    const { carrier, anna } = await scene({ codecs: ['PCMA'] })
    const call = await anna.call('03098765432')
    const invite = await carrier.requestThat('INVITE')
    const answer = carrier.answer(invite, 200, {}, answerSdp)
    await call.answered()
    await carrier.requestThat('ACK')

    const pressed = call.send('INFO', {
      body: 'Signal=5\r\nDuration=160\r\n',
      type: 'application/dtmf-relay',
    })
    const info = await carrier.requestThat('INFO')
    expect([info.get('content-type'), info.body.toString()]).toEqual([
      'application/dtmf-relay',
      'Signal=5\r\nDuration=160\r\n',
    ])
    carrier.answer(info, 200)
    expect((await pressed).status).toBe(200)

    const fax = `${head}m=image 5002 udptl t38\r\na=T38FaxVersion:0\r\n`
    const reInvite = carrier.asCallee(invite, answer, 'INVITE', {}, fax)
    carrier.acknowledge(reInvite, await carrier.responseThat([200, 'INVITE']))
    expect(call.remoteSdp).toBe(fax)
    const over = call.hangUp()
    await hearsBye(carrier)
    await over
  })

  it('takes the reason of a CANCEL along', async () => {
    const { carrier, anna } = await scene({})
    const call = await anna.call('03098765432')
    const invite = await carrier.requestThat('INVITE')
    carrier.answer(invite, 180)
    await call.progressed(180)
    call.cancel()
    const cancel = await carrier.requestThat('CANCEL')
    carrier.answer(cancel, 200)
    carrier.answer(invite, 487)
    await expect(call.answered()).rejects.toMatchObject({ status: 487 })
  })
})

describe('a call in from a trunk', () => {
  const callIn = (carrier: WirePhone, box: RunningBox, headers: Record<string, string>, sdp = answerSdp) => {
    const invite = carrier.request('INVITE', headers, sdp)
    invite.uri = `sip:+49301234501@127.0.0.1:${box.server.port}`
    carrier.send(invite, box.server.port)
    return invite
  }

  it('agrees on a session timer, refreshes, and is sifted by the policy', async () => {
    const { box, carrier, anna } = await scene({ codecs: ['PCMA'], sessionTimer: { refresher: 'far-end' } })
    const offer = `${head}m=audio 5000 RTP/AVP 18 8\r\na=rtpmap:8 PCMA/8000\r\n`
    const headers = { Supported: 'timer', 'Session-Expires': '1200' }
    const invite = callIn(carrier, box, headers, offer)
    const answer = await carrier.responseThat([200, 'INVITE'])
    expect(answer.get('session-expires')).toBe('1200;refresher=uac')
    expect(answer.get('require')).toBe('timer')
    carrier.inDialog(invite, answer, 'ACK')
    const call = await anna.nextCall()
    expect(call.remoteSdp).toMatch(/^m=audio 5000 RTP\/AVP 8\r$/m)
    carrier.inDialog(invite, answer, 'BYE', { Reason: 'Q.850;cause=16;text="Terminated"' })
    expect(await call.ended()).toBe('far-end')
    expect(call.received.at(-1)?.get('reason')).toBe('Q.850;cause=16;text="Terminated"')
    expect(await lastRecord(box)).toMatchObject({ cause: 'Terminated', endedBy: 'caller' })
  })

  it('for a session that is too short is told the shortest', async () => {
    const { box, carrier } = await scene({ sessionTimer: { minSeconds: 600 } })
    const invite = callIn(carrier, box, { Supported: 'timer', 'Session-Expires': '300' })
    const refusal = await carrier.responseThat(422)
    expect(refusal.get('min-se')).toBe('600')
    carrier.refusalAck(invite, refusal)
  })

  it('in the clear is refused where it must be encrypted', async () => {
    const { box, carrier, anna } = await scene({ srtp: 'required' })
    const invite = callIn(carrier, box, {})
    carrier.refusalAck(invite, await carrier.responseThat(488))
    expect(anna.calls).toEqual([])
  })

  it('rings reliably where the trunk requires it', async () => {
    const { box, carrier, anna } = await scene({ reliableProvisionals: 'required' })
    anna.answering = 'manual'
    const invite = callIn(carrier, box, { Supported: '100rel' })
    const call = await anna.nextCall()
    call.ring()
    const ringing = await carrier.responseThat(180)
    expect(ringing.get('require')).toBe('100rel')
    const rack = `${ringing.get('rseq')} ${invite.cseq.number} INVITE`
    carrier.inDialog(invite, ringing, 'PRACK', { RAck: rack })
    await carrier.responseThat([200, 'PRACK'])
    call.answer()
    const answer = await carrier.responseThat([200, 'INVITE'])
    carrier.inDialog(invite, answer, 'ACK')
    await call.acknowledged()
  })
})

it('a phone agrees with the box on a session timer, and its refreshes stay between them', async () => {
  const { box, anna } = await scene({})
  const bert = new SipPhone({ aor: '202@site-a.example', password: 'secret', server: box.server })
  closing.push(() => bert.stop())
  await bert.start()
  const call = await bert.call('201', {
    headers: { Supported: 'timer', 'Session-Expires': '300;refresher=uac' },
  })
  await call.answered()
  const other = await anna.nextCall()
  await other.acknowledged()
  const before = other.received.length
  const headers = { 'Session-Expires': '300;refresher=uac', Supported: 'timer' }
  const refreshed = await call.send('INVITE', { headers, body: call.invite.body.toString() })
  expect(refreshed.status).toBe(200)
  expect(refreshed.get('session-expires')).toBe('300;refresher=uac')
  expect(other.received).toHaveLength(before)
  await call.hangUp()
})
