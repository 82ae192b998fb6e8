import { describe, expect, it } from 'vitest'
import { SipRequest } from '../../../../src/engine/message/message.ts'
import { OwnNames } from '../../../../src/engine/proxy/own-names.ts'
import { RecordRoute } from '../../../../src/engine/proxy/record-route.ts'
import { nextHopOf, takeOwnRoutes } from '../../../../src/engine/proxy/route-preprocessing.ts'
import type { ListeningPoint } from '../../../../src/engine/transport/flow.ts'

const udp: ListeningPoint = {
  transport: 'udp',
  address: '192.0.2.1',
  port: 5060,
  advertisedHost: 'box.example',
  advertisedPort: 5080,
}
const tcp: ListeningPoint = { ...udp, transport: 'tcp' }
const names = new OwnNames([udp, tcp])
const recordRoute = new RecordRoute('secret')

function request(uri: string, ...routes: string[]): SipRequest {
  return new SipRequest('BYE', uri, [
    ['Call-ID', 'call'],
    ...routes.map((route) => ['Route', route] as [string, string]),
  ])
}

const take = (message: SipRequest) => takeOwnRoutes(message, names, recordRoute)

describe('own Routes', () => {
  it.each(['<sip:192.0.2.1;lr>', '<sip:BOX.example:5080>', '"me" <sip:192.0.2.1:5060;transport=tcp;lr>;x=y'])(
    '%s is taken off',
    (route) => {
      const message = request('sip:you@y', `${route}, <sip:next;lr>`)
      expect(take(message)).toBe('named')
      expect(message.values('route')).toEqual(['<sip:next;lr>'])
    },
  )

  it.each(['<sip:192.0.2.1:5080;lr>', '<sip:other.example;lr>', '<tel:+4930>'])('%s stays', (route) => {
    const message = request('sip:you@y', route)
    expect(take(message)).toBe('none')
    expect(message.values('route')).toEqual([route])
  })

  it('that we wrote for this call are told from those that somebody made up', () => {
    const [outer, inner] = recordRoute.valuesFor('call', { point: udp }, { point: tcp })
    const message = request('sip:you@y', outer ?? '', inner ?? '')
    expect(take(message)).toBe('record-routed')
    expect(message.has('route')).toBe(false)
    const [foreign] = new RecordRoute('other').valuesFor('call', { point: udp }, { point: udp })
    expect(take(request('sip:you@y', foreign ?? ''))).toBe('named')
    const [otherCall] = recordRoute.valuesFor('another call', { point: udp }, { point: udp })
    expect(take(request('sip:you@y', otherCall ?? ''))).toBe('named')
  })

  it('in the Request-URI are the work of a strict router (RFC 3261 §16.4)', () => {
    const own = recordRoute.valuesFor('call', { point: udp }, { point: udp })[0]?.slice(1, -1) ?? ''
    const message = request(own, '<sip:next;lr>', '<sip:you@y>')
    expect(take(message)).toBe('record-routed')
    expect(message.uri).toBe('sip:you@y')
    expect(message.values('route')).toEqual(['<sip:next;lr>'])
  })
})

it('stays in the path by one Record-Route, or by two when the listening point changes (RFC 5658)', () => {
  expect(recordRoute.valuesFor('call', { point: udp }, { point: udp })).toEqual([
    expect.stringMatching(/^<sip:box\.example:5080;lr;token=\w{12}>$/),
  ])
  const [leaves, came] = recordRoute.valuesFor('call', { point: udp }, { point: tcp })
  expect(leaves).toContain(';transport=tcp')
  expect(came).not.toContain(';transport')
})

describe('a flow (RFC 5626 §5.3)', () => {
  const phone = 'sip:203.0.113.5:40112;transport=tcp;ob'
  const values = recordRoute.valuesFor('call', { point: tcp, flow: phone }, { point: tcp })
  const [leaves = '', came = ''] = values

  it('has a Record-Route of its own, signed with the call', () => {
    expect(leaves).not.toContain('flow=')
    expect(came).toMatch(/;lr;token=\w{12};flow=tcp:203\.0\.113\.5:40112>$/)
  })

  it('is where requests from the other side go, and nothing of it goes out', () => {
    const message = request('sip:alice@192.168.1.7', leaves, came)
    expect(take(message)).toBe('record-routed')
    expect(nextHopOf(message)).toBe(phone)
    expect(message.has('route')).toBe(false)
    expect(message.uri).toBe('sip:alice@192.168.1.7')
  })

  it('is not where requests of its own side go', () => {
    const message = request('sip:bob@198.51.100.7', came, leaves)
    expect(take(message)).toBe('record-routed')
    expect(nextHopOf(message)).toBe('sip:bob@198.51.100.7')
  })

  it('is passed over when another proxy stands before the phone', () => {
    const message = request('sip:alice@192.168.1.7', leaves, came, '<sip:edge.example;lr>')
    take(message)
    expect(nextHopOf(message)).toBe('sip:edge.example;lr')
  })

  it.each([
    ['another address', came.replace('203.0.113.5', '203.0.113.6')],
    ['none', came.replace(/;flow=[^>]*/, '')],
    ['one that was never there', leaves.replace('>', ';flow=tcp:203.0.113.6:22>')],
  ])('that was exchanged for %s is refused', (_, forged) => {
    const message = request('sip:alice@192.168.1.7', forged)
    expect(take(message)).toBe('named')
    expect(nextHopOf(message)).toBe('sip:alice@192.168.1.7')
  })

  it('on IPv6 comes back as it was', () => {
    const six = 'sip:[2001:db8::5]:40112;transport=udp;ob'
    const [, own = ''] = recordRoute.valuesFor('call', { point: udp, flow: six }, { point: udp })
    const message = request('sip:alice@[fd00::7]', own)
    take(message)
    expect(nextHopOf(message)).toBe(six)
  })
})

it('keeps a sips call on sips, on the sides that are secure', () => {
  const tls: ListeningPoint = { ...udp, transport: 'tls', advertisedPort: 5061 }
  const [one] = recordRoute.valuesFor('call', { point: tls }, { point: tls }, true)
  expect(one).toMatch(/^<sips:box\.example:5061;lr;token=\w{12}>$/)
})

describe('the next hop', () => {
  it('is the first Route, else the Request-URI', () => {
    expect(nextHopOf(request('sip:you@y', '<sip:a;lr>, <sip:b;lr>'))).toBe('sip:a;lr')
    expect(nextHopOf(request('sip:you@y'))).toBe('sip:you@y')
  })

  it('gets its own name in the Request-URI when it is a strict router', () => {
    const message = request('sip:you@y', '<sip:a>, <sip:b;lr>')
    expect(nextHopOf(message)).toBe('sip:a')
    expect(message.uri).toBe('sip:a')
    expect(message.values('route')).toEqual(['<sip:b;lr>', '<sip:you@y>'])
  })
})
