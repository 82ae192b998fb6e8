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
    const [outer, inner] = recordRoute.valuesFor('call', udp, tcp)
    const message = request('sip:you@y', outer ?? '', inner ?? '')
    expect(take(message)).toBe('record-routed')
    expect(message.has('route')).toBe(false)
    const [foreign] = new RecordRoute('other').valuesFor('call', udp, udp)
    expect(take(request('sip:you@y', foreign ?? ''))).toBe('named')
    const [otherCall] = recordRoute.valuesFor('another call', udp, udp)
    expect(take(request('sip:you@y', otherCall ?? ''))).toBe('named')
  })

  it('in the Request-URI are the work of a strict router (RFC 3261 §16.4)', () => {
    const own = recordRoute.valuesFor('call', udp, udp)[0]?.slice(1, -1) ?? ''
    const message = request(own, '<sip:next;lr>', '<sip:you@y>')
    expect(take(message)).toBe('record-routed')
    expect(message.uri).toBe('sip:you@y')
    expect(message.values('route')).toEqual(['<sip:next;lr>'])
  })
})

it('stays in the path by one Record-Route, or by two when the listening point changes (RFC 5658)', () => {
  expect(recordRoute.valuesFor('call', udp, udp)).toEqual([
    expect.stringMatching(/^<sip:box\.example:5080;lr;token=\w{12}>$/),
  ])
  const [leaves, came] = recordRoute.valuesFor('call', udp, tcp)
  expect(leaves).toContain(';transport=tcp')
  expect(came).not.toContain(';transport')
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
