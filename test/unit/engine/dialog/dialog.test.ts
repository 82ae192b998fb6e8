import { describe, expect, it } from 'vitest'
import { Dialog, type DialogSpec, dialogIdOf } from '../../../../src/engine/dialog/dialog.ts'
import { DialogStore } from '../../../../src/engine/dialog/dialog-store.ts'
import { routeSetFrom } from '../../../../src/engine/dialog/route-set.ts'
import { SipRequest, SipResponse } from '../../../../src/engine/message/message.ts'

function aDialog(changes: Partial<DialogSpec> = {}): Dialog {
  return new Dialog({
    id: dialogIdOf('call', 'local'),
    usage: 'INVITE',
    isUac: true,
    callId: 'call',
    localTag: 'local',
    remoteTag: 'remote',
    localParty: '<sip:me@x>;tag=local',
    remoteParty: '<sip:you@y>;tag=remote',
    routeSet: { routes: [], isLoose: true },
    remoteTarget: 'sip:you@192.0.2.9',
    localContact: '<sip:me@192.0.2.1>',
    localSequence: 10,
    remoteSequence: undefined,
    ...changes,
  })
}

const recorded = (...values: string[]): SipRequest =>
  new SipRequest(
    'INVITE',
    'sip:x',
    values.map((value) => ['Record-Route', value] as const),
  )

describe('a request in a dialog', () => {
  it('names both ends and counts', () => {
    const dialog = aDialog()
    dialog.newRequest('INFO')
    const { request, nextHop } = dialog.newRequest('BYE')
    expect(nextHop).toBe('sip:you@192.0.2.9')
    expect(request.toText()).toBe(
      [
        'BYE sip:you@192.0.2.9 SIP/2.0',
        'Max-Forwards: 70',
        'From: <sip:me@x>;tag=local',
        'To: <sip:you@y>;tag=remote',
        'Call-ID: call',
        'CSeq: 12 BYE',
        'Content-Length: 0',
        '\r\n',
      ].join('\r\n'),
    )
  })

  it('goes through loose routers, the target in its Request-URI', () => {
    const routeSet = routeSetFrom(recorded('<sip:p1;lr>, <sip:p2;lr>', '<sip:p3>'), false)
    const { request, nextHop } = aDialog({ routeSet }).newRequest('BYE')
    expect(nextHop).toBe('sip:p1;lr')
    expect(request.uri).toBe('sip:you@192.0.2.9')
    expect(request.values('route')).toEqual(['<sip:p1;lr>', '<sip:p2;lr>', '<sip:p3>'])
  })

  it('goes through a strict router, the target at the end of the routes', () => {
    const routeSet = routeSetFrom(recorded('<sip:p2;lr>', '<sip:p1>'), true)
    const { request, nextHop } = aDialog({ routeSet }).newRequest('BYE')
    expect(nextHop).toBe('sip:p1')
    expect(request.uri).toBe('sip:p1')
    expect(request.values('route')).toEqual(['<sip:p2;lr>', '<sip:you@192.0.2.9>'])
  })

  it('acknowledges with the number of its INVITE', () => {
    const dialog = aDialog()
    expect(dialog.newAck(10).request.cseq).toEqual({ number: 10, method: 'ACK' })
    expect(dialog.localSequence).toBe(10)
  })

  it('goes where the last Contact said', () => {
    const dialog = aDialog()
    dialog.refreshTarget(new SipResponse(200, 'OK', [['Contact', '<sip:you@192.0.2.77;ob>;expires=1']]))
    dialog.refreshTarget(new SipResponse(200, 'OK'))
    expect(dialog.newRequest('BYE').request.uri).toBe('sip:you@192.0.2.77;ob')
  })
})

it('a dialog takes numbers that do not go down', () => {
  const dialog = aDialog()
  expect([5, 6, 6, 9, 8].map((number) => dialog.acceptsSequence(number))).toEqual([
    true,
    true,
    true,
    true,
    false,
  ])
})

describe('the store of dialogs', () => {
  it('finds a dialog by what the network says and by what applications say', () => {
    const store = new DialogStore<Dialog>()
    const dialog = aDialog()
    store.add(dialog)
    const request = new SipRequest('BYE', 'sip:x', [
      ['From', '<sip:you@y>;tag=remote'],
      ['To', '<sip:me@x>;tag=local'],
      ['Call-ID', 'call'],
    ])
    expect(store.ofRequest(request)).toBe(dialog)
    expect(store.withId('call;from-tag=local')).toBe(dialog)
    store.remove(dialog)
    expect(store.ofRequest(request)).toBeUndefined()
    expect(store.withId('call;from-tag=local')).toBeUndefined()
    expect(dialog.state).toBe('ended')
  })

  it('prefers the confirmed one of several forks, else the youngest', () => {
    const store = new DialogStore<Dialog>()
    const [first, second] = [aDialog({ remoteTag: 'one' }), aDialog({ remoteTag: 'two' })]
    store.add(first)
    store.add(second)
    expect(store.withId(first.id)).toBe(second)
    first.state = 'confirmed'
    expect(store.withId(first.id)).toBe(first)
    store.remove(first)
    expect(store.withId(first.id)).toBe(second)
    expect(store.size).toBe(1)
  })
})
