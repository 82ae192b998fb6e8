import { describe, expect, it } from 'vitest'
import { ListenUriError, readListenUri } from '../../../../src/engine/listen-uri.ts'

describe('where to listen', () => {
  it('is an address with its transports', () => {
    expect(readListenUri('sip:127.0.0.1:5070;transport=udp,tcp')).toEqual([
      { transport: 'udp', address: '127.0.0.1', port: 5070 },
      { transport: 'tcp', address: '127.0.0.1', port: 5070 },
    ])
  })

  it('is every address, port 5060, UDP and TCP, when nothing else is said', () => {
    expect(readListenUri('sip:*').map(({ transport, address, port }) => [transport, address, port])).toEqual([
      ['udp', '0.0.0.0', 5060],
      ['tcp', '0.0.0.0', 5060],
    ])
  })

  it('is told to others as something else behind NAT', () => {
    expect(readListenUri('sip:10.0.0.1;transport=udp;external-ip=198.51.100.7')).toEqual([
      { transport: 'udp', address: '10.0.0.1', port: 5060, advertisedHost: '198.51.100.7' },
    ])
    expect(readListenUri('sip:[::1]:0;transport=tcp;external-ip=[2001:db8::7]:5062')).toEqual([
      { transport: 'tcp', address: '::1', port: 0, advertisedHost: '2001:db8::7', advertisedPort: 5062 },
    ])
    expect(readListenUri('sip:[::1];transport=tcp;external-ip=2001:db8::7')[0]).toMatchObject({
      advertisedHost: '2001:db8::7',
    })
  })

  it('has a port of its own for each transport', () => {
    const places = readListenUri('sip:127.0.0.1;transport=udp,tcp,tls,ws,wss')
    expect(places.map(({ transport, port }) => `${transport} ${port}`)).toEqual([
      'udp 5060',
      'tcp 5060',
      'tls 5061',
      'ws 80',
      'wss 443',
    ])
  })

  it('is TLS for sips', () => {
    expect(readListenUri('sips:127.0.0.1')).toEqual([{ transport: 'tls', address: '127.0.0.1', port: 5061 }])
    expect(readListenUri('sips:127.0.0.1:8443;transport=wss')[0]).toMatchObject({
      transport: 'wss',
      port: 8443,
    })
  })

  it.each([
    'sip:box.example',
    'sips:127.0.0.1;transport=tcp',
    'sip:127.0.0.1:5060;transport=tcp,tls',
    'sip:127.0.0.1:99999',
    'sip:127.0.0.1;transport=sctp',
    'sip:127.0.0.1;colour=blue',
    'sip:999.0.0.1',
    'sip:127.0.0.1;external-ip=[x]',
  ])('is not %s', (uri) => {
    expect(() => readListenUri(uri)).toThrow(ListenUriError)
  })
})
