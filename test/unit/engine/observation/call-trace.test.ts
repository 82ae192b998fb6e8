import { describe, expect, it } from 'vitest'
import { CallTrace } from '../../../../src/engine/observation/call-trace.ts'
import { kindOf } from '../../../../src/engine/observation/message-kind.ts'
import {
  defaultTraceSettings,
  type TraceSettings,
} from '../../../../src/engine/observation/trace-settings.ts'
import type { Flow } from '../../../../src/engine/transport/flow.ts'
import { FakeClock } from '../../../../src/lib/fake-clock.ts'

const flow: Flow = {
  id: 1,
  transport: 'udp',
  localAddress: '192.0.2.1',
  localPort: 5060,
  remoteAddress: '2001:db8::7',
  remotePort: 5062,
  isOpen: true,
}

function message(startLine: string, callId: string, cseq: string, more = ''): string {
  return `${startLine}\r\nVia: SIP/2.0/UDP a\r\nCall-ID: ${callId}\r\nCSeq: ${cseq}\r\n${more}\r\n`
}

const invite = (callId: string, more = '') => message('INVITE sip:bob@b SIP/2.0', callId, '1 INVITE', more)

function traceOf(settings: Partial<TraceSettings> = {}, clock = new FakeClock(1_000)) {
  const trace = new CallTrace(
    { ...defaultTraceSettings, ...settings },
    clock,
    ({ localAddress }) => localAddress,
  )
  const pass = (text: string, direction: 'in' | 'out' = 'in') => {
    const data = Buffer.from(text)
    trace.saw(direction, data, flow, kindOf(data))
  }
  return { trace, pass, clock }
}

describe('the trace of calls', () => {
  it('tells the messages of a call and of its other legs in order', () => {
    const { trace, pass, clock } = traceOf()
    pass(invite('abc'))
    clock.advance(5)
    pass(invite('id-1'), 'out')
    pass(invite('abcd'))
    pass(message('SIP/2.0 180 Ringing', 'id-1', '1 INVITE'))
    pass(message('SIP/2.0 180 Ringing', 'abc', '1 INVITE'), 'out')
    const told = trace.messagesOf('abc', 'id-')
    expect(told.map(({ at, direction, callId }) => `${at} ${direction} ${callId}`)).toEqual([
      '1000 in abc',
      '1005 out id-1',
      '1005 in id-1',
      '1005 out abc',
    ])
    expect(told[0]).toMatchObject({ local: '192.0.2.1:5060', remote: '[2001:db8::7]:5062', transport: 'udp' })
    expect(told[2]?.text).toContain('SIP/2.0 180 Ringing')
  })

  it('knows Call-ID and CSeq however they are written', () => {
    const { trace, pass } = traceOf()
    pass('BYE sip:b SIP/2.0\nCSEQ :  2   BYE\ni\t: x@y  \n\n')
    pass('BYE sip:b SIP/2.0\r\ncall-id:x@y\r\nContact: <sip:c>\r\ncseq:3 BYE\r\n\r\nCall-ID: other\r\n')
    expect(trace.messagesOf('x@y', undefined)).toHaveLength(2)
    expect(trace.messagesOf('other', undefined)).toHaveLength(0)
  })

  it('leaves out what is no part of a call, and what names no call', () => {
    const { trace, pass } = traceOf()
    pass(message('REGISTER sip:b SIP/2.0', 'abc', '1 REGISTER'))
    pass(message('SIP/2.0 200 OK', 'abc', '1 REGISTER'))
    pass(message('OPTIONS sip:b SIP/2.0', 'abc', '1 OPTIONS'))
    pass('INVITE sip:b SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\nCall-ID: in the body\r\n')
    pass('INVITE')
    pass('SIP/2.0 ')
    expect(trace.size).toBe(0)
  })

  it('masks credentials and media keys, and shows no body but SDP', () => {
    const { trace, pass } = traceOf()
    pass(
      invite(
        'abc',
        'authorization : Digest username="a",\r\n response="SECRET"\r\nProxy-Authorization: Digest SECRET\r\nContent-Type: application/sdp\r\n',
      ).concat(
        'v=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:SECRET\r\na=ice-pwd:SECRET\r\nm=audio 1\r\n',
      ),
    )
    pass(
      message('INFO sip:b SIP/2.0', 'abc', '2 INFO', 'Content-Type: application/dtmf-relay\r\n').concat(
        'Signal=4',
      ),
    )
    const [offer, info] = trace.messagesOf('abc', undefined)
    expect(offer?.text).not.toContain('SECRET')
    expect(offer?.text).toContain('Via: SIP/2.0/UDP a')
    expect(offer?.text).toContain('m=audio 1')
    expect(info?.text).not.toContain('Signal')
    expect(info?.text).toContain('[8 bytes not shown]')
  })

  it('forgets the oldest when bytes or messages run out, and never mixes them up', () => {
    for (const settings of [{ maxBytes: 2_000 }, { maxMessages: 7 }]) {
      const { trace, pass } = traceOf(settings)
      const texts = Array.from({ length: 200 }, (_, n) =>
        invite('abc', `Subject: ${'x'.repeat((n * 37) % 300)}\r\n`),
      )
      const { trace: roomy, pass: keep } = traceOf({ maxMessagesPerCall: 1_000 })
      for (const text of texts) {
        pass(text)
        keep(text)
        const kept = trace.messagesOf('abc', undefined).map((each) => each.text)
        expect(kept.length).toBeGreaterThan(0)
        expect(kept).toEqual(
          roomy
            .messagesOf('abc', undefined)
            .map((each) => each.text)
            .slice(-kept.length),
        )
      }
      const bytes = trace.messagesOf('abc', undefined).reduce((sum, each) => sum + each.bytes, 0)
      expect(bytes).toBeLessThanOrEqual(settings.maxBytes ?? Number.POSITIVE_INFINITY)
      expect(trace.size).toBeLessThanOrEqual(settings.maxMessages ?? Number.POSITIVE_INFINITY)
    }
  })

  it('keeps so many messages of one call and the beginning of a long one, and others go on', () => {
    const { trace, pass } = traceOf({ maxMessagesPerCall: 3, maxMessageBytes: 200 })
    for (let n = 0; n < 10; n++) pass(invite('endless'))
    pass(invite('abc', `Subject: ${'x'.repeat(1_000)}\r\n`))
    expect(trace.messagesOf('endless', undefined)).toHaveLength(3)
    const [long] = trace.messagesOf('abc', undefined)
    expect(long?.bytes).toBeGreaterThan(1_000)
    expect(long?.text).toHaveLength(200)
  })
})
