import { describe, expect, it } from 'vitest'
import { Params } from '../../../../src/engine/message/params.ts'
import { SipParseError } from '../../../../src/engine/message/sip-parse-error.ts'
import { parseFirstVia, parseVia, printVia, readableVia, Via } from '../../../../src/engine/message/via.ts'

describe('parseVia', () => {
  it.each([
    ['SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1', 'UDP', '192.0.2.1', 5060],
    ['sip / 2.0 / tls  Host_1.example.org : 5061 ;branch = x', 'TLS', 'Host_1.example.org', 5061],
    ['SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK1', 'WSS', 'df7jal23ls0d.invalid', undefined],
    ['SIP/2.0/TCP [2001:db8::1]:5070', 'TCP', '2001:db8::1', 5070],
  ])('reads %s', (text, transport, host, port) => {
    expect(parseVia(text)).toMatchObject({ transport, host, port })
  })

  it.each([
    '',
    'SIP/2.0/UDP',
    'SIP/2.0/UDP ',
    'SIP/3.0/UDP a',
    'HTTP/2.0/UDP a',
    'SIP/2.0 a',
    'SIP/2.0/UDP a b',
    'SIP/2.0/UDP a:x',
    'SIP/2.0/UDP [::1',
    'SIP/2.0/UDP [nonsense]',
    'SIP/2.0/UDP a;;branch=x',
    'SIP/2.0/UDP a, SIP/2.0/UDP b',
  ])('refuses %j', (text) => {
    expect(() => parseVia(text)).toThrow(SipParseError)
  })

  it('reads the first of several', () => {
    expect(parseFirstVia('SIP/2.0/UDP a;branch=1 , SIP/2.0/UDP b').host).toBe('a')
  })

  it.each([
    [';rport', true],
    [';rport=5062', 5062],
    [';rport=', true],
    [';rport=99999', true],
    ['', undefined],
  ])('knows rport in %j', (params, rport) => {
    expect(parseVia(`SIP/2.0/UDP a${params}`).rport).toBe(rport)
  })
})

describe('printVia', () => {
  it('is the pair of parseVia', () => {
    const text = 'SIP/2.0/TCP [2001:db8::1]:5070;branch=z9hG4bK1;rport;received=2001:db8::2'
    expect(printVia(parseVia(text))).toBe(text)
    expect(printVia(new Via('UDP', 'a.example', undefined, new Params([['rport', true]])))).toBe(
      'SIP/2.0/UDP a.example;rport',
    )
  })
})

describe('readableVia', () => {
  it.each([
    ['SIP/2.0/UDP a;branch=1', 'SIP/2.0/UDP a;branch=1'],
    ['SIP/2.0/UDP 192.0.2.1:5062;;,;', 'SIP/2.0/UDP 192.0.2.1:5062'],
    ['SIP/2.0/UDP a:99999;;', undefined],
    ['nonsense', undefined],
  ])('of %s is %s', (text, readable) => {
    expect(readableVia(text)).toBe(readable)
  })
})
