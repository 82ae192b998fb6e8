import { describe, expect, test } from 'vitest'
import { readControlFrame } from '../../../src/drivers/drachtio/control-frame.ts'
import { MessageText } from '../../../src/drivers/drachtio/message-text.ts'
import { printRequest, printResponse } from '../../../src/drivers/drachtio/print-message.ts'

describe('a message as the engine hands it over', () => {
  const message = new MessageText(
    [
      'INVITE sip:202@site-a.example SIP/2.0',
      'v: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1',
      'Via: SIP/2.0/UDP 192.0.2.8',
      'f: "Anna: a" <sip:201@site-a.example>;tag=1',
      'Subject: a long',
      '\t story',
      'X-Empty:',
      '',
      'v=0\r\n\r\nnot a header: x',
    ].join('\r\n'),
  )

  test('shows headers by their long name, in order, whatever their case', () => {
    expect(message.header('From')).toBe('"Anna: a" <sip:201@site-a.example>;tag=1')
    expect(message.headers('VIA')).toEqual(['SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1', 'SIP/2.0/UDP 192.0.2.8'])
    expect(message.header('x-empty')).toBe('')
    expect(message.header('route')).toBeUndefined()
  })

  test('joins folded lines', () => {
    expect(message.header('subject')).toBe('a long story')
  })

  test('keeps the body as it is', () => {
    expect(message.startLine).toBe('INVITE sip:202@site-a.example SIP/2.0')
    expect(message.body).toBe('v=0\r\n\r\nnot a header: x')
    expect(message.header('not a header')).toBeUndefined()
  })

  test('may have no body', () => {
    const bare = new MessageText('SIP/2.0 200 OK\r\nTo: <sip:a@b>\r\n\r\n')
    expect([bare.body, bare.header('to')]).toEqual(['', '<sip:a@b>'])
  })
})

describe('a message as we hand it to the engine', () => {
  test('has its type, and nobody can smuggle a header into it', () => {
    const headers = { Subject: 'x\r\nRoute: <sip:evil>', 'X-Two': ['a', 'b'] }
    expect(printRequest('INVITE', 'sip:202@b', headers, 'v=0\r\n')).toBe(
      'INVITE sip:202@b SIP/2.0\r\nSubject: x Route: <sip:evil>\r\nX-Two: a\r\nX-Two: b\r\n' +
        'Content-Type: application/sdp\r\n\r\nv=0\r\n',
    )
    expect(printRequest('INFO', 'sip:a\r\nb', {})).toBe('INFO sip:a b SIP/2.0\r\n\r\n')
  })

  test('keeps a type that is given', () => {
    expect(printResponse(200, 'OK', { 'content-type': 'a/b' }, 'x')).toBe(
      'SIP/2.0 200 OK\r\ncontent-type: a/b\r\n\r\nx',
    )
  })
})

describe('a frame of the control protocol', () => {
  test('with a request', () => {
    const read = readControlFrame(
      'id|sip|network|443|tcp|[2001:db8::7]|5062|10:11:12.5|T1||2001:db8::1|5060|\r\nOPTIONS sip:a SIP/2.0\r\n\r\n',
    )
    expect(read).toMatchObject({
      kind: 'sip',
      frame: {
        origin: 'network',
        peer: { transport: 'tcp', address: '2001:db8::7', port: 5062 },
        transactionId: 'T1',
        dialogId: '',
        localPort: 5060,
      },
    })
  })

  test('in a dialog, with an empty transport, as ACK over UDP has it', () => {
    const read = readControlFrame(
      'id|sip|network|1||192.0.2.7|5062|t|T1|c@x;from-tag=1|\r\nACK sip:a SIP/2.0\r\n\r\n',
    )
    expect(read).toMatchObject({
      frame: { peer: { transport: 'udp' }, dialogId: 'c@x;from-tag=1', localPort: undefined },
    })
  })

  test('with a reply, good or bad', () => {
    const good = readControlFrame(
      'id|response|m1|OK|application|9|udp|192.0.2.1|5060|t|T9|Msg sent:||\r\nACK sip:a SIP/2.0',
    )
    expect(good).toMatchObject({ kind: 'reply', to: 'm1', reply: { isOk: true, text: 'ACK sip:a SIP/2.0' } })
    expect(good.kind === 'reply' && good.reply.tokens[10]).toBe('T9')
    const bad = readControlFrame('id|response|m1|NOK|unknown transaction')
    expect(bad).toMatchObject({ reply: { isOk: false, reason: 'unknown transaction' } })
  })

  test('of another kind is left to drachtio-srf', () => {
    expect(readControlFrame('id|cdr:start|network|t|uac\r\nSIP/2.0 200 OK')).toEqual({ kind: 'other' })
  })
})
