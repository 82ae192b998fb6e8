import { describe, expect, it } from 'vitest'
import {
  RouteDecisionError,
  readApplicationAddress,
  readRouteDecision,
} from '../../../../src/engine/control/route-decision.ts'

const read = (answer: unknown) => readRouteDecision(JSON.stringify(answer))

describe('the answer of a web server', () => {
  it('to proxy has drachtio-server’s defaults', () => {
    expect(read({ action: 'proxy', data: { destination: 'far.example' } })).toEqual({
      action: 'proxy',
      targets: ['sip:far.example'],
      recordRoute: false,
      followRedirects: true,
      isParallel: false,
      provisionalTimeoutMs: 5_000,
      finalTimeoutMs: 60_000,
    })
  })

  it('to proxy says how', () => {
    const data = {
      destination: ['sip:a@x', 'tel:+41'],
      recordRoute: true,
      followRedirects: false,
      simultaneous: true,
      provisionalTimeout: '800ms',
      finalTimeout: '20s',
    }
    expect(read({ action: 'proxy', data })).toMatchObject({
      targets: ['sip:a@x', 'tel:+41'],
      recordRoute: true,
      followRedirects: false,
      isParallel: true,
      provisionalTimeoutMs: 800,
      finalTimeoutMs: 20_000,
    })
  })

  it('to reject cannot smuggle headers in', () => {
    const data = { status: 486, reason: 'Busy\r\nContact: <sip:evil>' }
    expect(read({ action: 'reject', data })).toEqual({ action: 'reject', status: 486, reason: undefined })
  })

  it.each([
    ['nothing', ''],
    ['a list', '[]'],
    ['no data', '{"action":"reject"}'],
    ['no refusal', '{"action":"reject","data":{"status":200}}'],
    ['no number', '{"action":"reject","data":{"status":"486"}}'],
    ['no destination', '{"action":"proxy","data":{}}'],
    ['a destination of two lines', '{"action":"proxy","data":{"destination":"a\\r\\nX: 1"}}'],
    ['one bad contact', '{"action":"redirect","data":{"contact":["sip:a@x",7]}}'],
    ['neither application nor tag', '{"action":"route","data":{}}'],
  ])('is none with %s', (_, text) => {
    expect(() => readRouteDecision(text)).toThrow(RouteDecisionError)
  })
})

describe('the address of an application', () => {
  it.each([
    ['127.0.0.1:3001', { host: '127.0.0.1', port: 3001, isSecure: false }],
    ['app.example:3001;transport=tcp', { host: 'app.example', port: 3001, isSecure: false }],
    ['[2001:db8::1]:3001;transport=tls', { host: '2001:db8::1', port: 3001, isSecure: true }],
  ])('%s', (text, address) => {
    expect(readApplicationAddress(text)).toEqual(address)
  })

  it.each(['app.example', 'app.example:0', 'app.example:70000', ':3001', 'a:1;transport=udp', 7])(
    '%s is none',
    (text) => {
      expect(() => readApplicationAddress(text)).toThrow(RouteDecisionError)
    },
  )
})
