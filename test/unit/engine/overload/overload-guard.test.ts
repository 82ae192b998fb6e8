import { describe, expect, it } from 'vitest'
import { OverloadGuard } from '../../../../src/engine/overload/overload-guard.ts'
import { defaultOverloadSettings as settings } from '../../../../src/engine/overload/overload-settings.ts'
import { SipTransactionLayer } from '../../../../src/engine/transaction/transaction-layer.ts'
import type { Clock } from '../../../../src/lib/clock.ts'
import { FakeClock } from '../../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../../src/lib/log.ts'
import { FakeTransport } from '../transaction/fake-transport.ts'
import { RecordingCore, requestText } from '../transaction/layer-setup.ts'

/** A layer whose timers are late by `lagMs`. */
function makeBusyLayer() {
  const clock = new FakeClock()
  const late = { lagMs: 0 }
  const lateClock: Clock = {
    now: () => clock.now(),
    after: (milliseconds, action) => clock.after(milliseconds + late.lagMs, action),
  }
  const shedder = new OverloadGuard({ ...settings, urgentUsers: ['112', '0112'] }, lateClock, silentLog)
  const transport = new FakeTransport(() => clock.now())
  const resolver = { resolve: () => [] }
  const layer = new SipTransactionLayer({ transport, resolver, log: silentLog, clock, shedder })
  const core = new RecordingCore()
  layer.deliverTo(core)
  shedder.start()
  const phone = transport.flow('udp', '203.0.113.9', 5080)
  /** The loop lags for a while. */
  const lag = (lagMs: number, forMs: number): void => {
    late.lagMs = lagMs
    clock.advance(forMs)
  }
  const receiveNew = (number: number, uri = 'sip:box@192.0.2.1'): void => {
    const via = `203.0.113.9:5080;rport;branch=z9hG4bK${number}`
    const text = requestText('INVITE', { via, callId: `call-${number}` })
    transport.receive(text.replace('sip:box@192.0.2.1', uri), phone)
  }
  return { shedder, transport, layer, core, phone, lag, receiveNew }
}

describe('an engine that lags', () => {
  it('turns new requests away with Retry-After, and serves those in dialogs', () => {
    const { lag, receiveNew, transport, core, phone, layer, shedder } = makeBusyLayer()
    lag(2_000, 10_000)
    expect(shedder.counts).toMatchObject({ lagMs: 2_000, shedPercent: 100 })
    receiveNew(1)
    const refused = transport.takeOne().message
    expect(refused).toMatchObject({ isRequest: false, status: 503 })
    expect(refused.get('retry-after')).toBe('5')
    transport.receive(requestText('BYE', { toTag: 'box' }), phone)
    expect(core.heard).toEqual(['BYE'])
    expect(layer.counts.overloaded).toBe(1)
    expect(shedder.counts.shed).toBe(1)
  })

  it('goes on with what it has taken: a repetition is no new request', () => {
    const { lag, receiveNew, transport, core } = makeBusyLayer()
    receiveNew(1)
    lag(2_000, 10_000)
    transport.take()
    receiveNew(1)
    expect(transport.takeLines()).toEqual(['100 INVITE'])
    expect(core.heard).toEqual(['INVITE'])
  })

  it('never turns a call for help away', () => {
    const { lag, receiveNew, core, shedder } = makeBusyLayer()
    lag(2_000, 10_000)
    const urgent = ['sip:112@192.0.2.1;user=phone', 'tel:0112', 'urn:service:sos', 'URN:service:sos.police']
    for (const [number, uri] of urgent.entries()) receiveNew(number, uri)
    expect(core.heard).toHaveLength(urgent.length)
    for (const [number, uri] of ['sip:1122@192.0.2.1', 'sip:x@112', 'urn:service:sosx'].entries()) {
      receiveNew(100 + number, uri)
    }
    expect(core.heard).toHaveLength(urgent.length)
    expect(shedder.counts.shed).toBe(3)
  })

  it('turns away the share it says, the same requests each time', () => {
    const { lag, receiveNew, core, shedder } = makeBusyLayer()
    lag(250, 350 * 4)
    expect(shedder.counts.shedPercent).toBe(20)
    for (let number = 0; number < 1_000; number++) receiveNew(number)
    const { shed } = shedder.counts
    expect(shed).toBeGreaterThan(150)
    expect(shed).toBeLessThan(250)
    expect(core.heard).toHaveLength(1_000 - shed)
    for (let number = 0; number < 1_000; number++) receiveNew(number)
    expect(shedder.counts.shed).toBe(2 * shed)
  })

  it('takes everything when it has room again', () => {
    const { lag, receiveNew, core, shedder } = makeBusyLayer()
    lag(2_000, 10_000)
    lag(0, 10_000)
    expect(shedder.counts).toMatchObject({ lagMs: 0, shedPercent: 0 })
    receiveNew(1)
    expect(core.heard).toEqual(['INVITE'])
  })
})

describe('a neighbour that asks for it (RFC 7339)', () => {
  const via = '203.0.113.9:5080;branch=z9hG4bK1;oc;oc-algo="loss,rate"'

  it('is told in its Via how much is too much', () => {
    const { lag, transport, phone } = makeBusyLayer()
    lag(2_000, 10_000)
    transport.receive(requestText('OPTIONS', { via }), phone)
    const { params } = transport.takeOne().message.topVia
    expect(params.text('oc')).toBe('100')
    expect(params.text('oc-algo')).toBe('loss')
    expect(params.text('oc-validity')).toBe('500')
    expect(params.text('oc-seq')).toBe('10.000')
  })

  it('is told so by the letter', () => {
    const { transport, core, phone } = makeBusyLayer()
    transport.receive(requestText('OPTIONS', { via }), phone)
    expect(core.last.request.get('via')).toContain(';oc=0;oc-algo="loss";oc-validity=500;oc-seq=0.000')
  })

  it('and others are not', () => {
    const { transport, core, phone } = makeBusyLayer()
    transport.receive(requestText('OPTIONS'), phone)
    expect(core.last.request.get('via')).not.toContain('oc')
  })
})
