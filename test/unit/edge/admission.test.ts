import { describe, expect, test } from 'vitest'
import { aor } from '../../../src/domain/aor.ts'
import type { SipSource } from '../../../src/domain/sip.ts'
import { settled } from '../../support/fake-sip-stack.ts'
import { AnEdge, target, targets } from './an-edge.ts'

const from = (address: string, port = 5060): SipSource => ({ transport: 'udp', address, port })
const challenge = {
  kind: 'challenge',
  status: 407,
  headers: { 'Proxy-Authenticate': 'Digest realm="x"' },
} as const

describe('who is speaking', () => {
  test.each([
    [
      'a peer, by the port of its link',
      from('127.0.0.1', 4999),
      'sip:x@far.example',
      'overlay',
      'other.peer.overlay.example',
    ],
    ['the PBX, by its address', from('192.0.2.50'), 'sip:300@pbx.example', 'pbx', 'office'],
    ['a trunk, by its address', from('192.0.2.60'), 'sip:+4930@carrier.example', 'trunk', 'carrier'],
    ['a phone, by its digest', from('198.51.100.1'), 'sip:201@site-a.example', 'phone', '201@site-a.example'],
    ['a phone of the PBX, unproven', from('198.51.100.1'), 'sip:300@pbx.example', 'phone', '300@pbx.example'],
    ['anybody else', from('203.0.113.9'), 'sip:bob@far.example', 'domain', '203.0.113.9'],
  ])('%s', async (_, source, fromUri, path, label) => {
    const edge = new AnEdge()
    await edge.stack.receiveInvite({
      source,
      uri: 'sip:202@site-a.example',
      headers: { from: `<${fromUri}>;tag=1` },
    })
    expect(edge.questions).toMatchObject([{ source: path, sourceLabel: label, from: fromUri }])
  })

  test('a registered phone that hides its name is asked for its digest, not taken for the public', async () => {
    const edge = new AnEdge()
    const source = from('192.0.2.77')
    const headers = { from: '<sip:anonymous@anonymous.invalid>;tag=1' }
    await edge.stack.receiveInvite({ source, headers })
    expect(edge.questions).toMatchObject([{ source: 'phone', callerIsAuthenticated: true }])
  })
})

describe('digest', () => {
  test('a phone without credentials is challenged, and nothing is recorded', async () => {
    const edge = new AnEdge()
    edge.verdict = { ...challenge, why: 'missing' }
    const invite = await edge.phoneCalls()
    expect(invite.response).toMatchObject({ status: 407, headers: challenge.headers })
    expect([edge.records.ended, edge.decisions, edge.authFailures]).toEqual([[], [], []])
  })

  test('a wrong password counts against its source', async () => {
    const edge = new AnEdge()
    edge.verdict = { ...challenge, why: 'wrong' }
    await edge.phoneCalls()
    expect(edge.authFailures).toEqual(['192.0.2.7'])
  })

  test('a user who calls under the name of another is refused, with a decision record', async () => {
    const edge = new AnEdge()
    edge.verdict = { kind: 'authenticated', caller: aor('209', 'site-a.example'), owns: () => false }
    expect((await edge.phoneCalls()).finalStatus).toBe(403)
    expect(edge.decisions).toMatchObject([
      { status: 403, steps: [{ why: '209@site-a.example may not call as 201@site-a.example' }] },
    ])
  })

  test('an emergency call is neither asked for a password nor held back by a ban', async () => {
    const edge = new AnEdge()
    edge.isEmergency = true
    edge.verdict = { ...challenge, why: 'missing' }
    edge.guardSays = 'banned'
    await edge.phoneCalls()
    expect(edge.questions).toMatchObject([{ source: 'phone', callerIsAuthenticated: false }])
  })

  test('a banned source gets no answer', async () => {
    const edge = new AnEdge()
    edge.guardSays = 'banned'
    expect((await edge.phoneCalls()).statuses).toEqual([])
  })

  test('too many requests get 503', async () => {
    const edge = new AnEdge()
    edge.guardSays = 'too-fast'
    expect((await edge.phoneCalls()).finalStatus).toBe(503)
  })
})

describe('a phone of the PBX', () => {
  const office = target({
    path: 'pbx',
    label: 'office',
    uri: 'sip:301@pbx.example',
    proxy: 'sip:192.0.2.50:5060',
  })
  const local = target({ group: 1, label: 'sip:301@pbx.example', callerMustBeAuthenticated: true })
  const call = (edge: AnEdge, headers: Record<string, string> = {}) =>
    edge.stack.receiveInvite({
      uri: 'sip:301@pbx.example',
      headers: { from: '<sip:300@pbx.example>;tag=1', ...headers },
    })

  test('sees the challenge of its PBX as it is, and the PBX sees the credentials as they are', async () => {
    const edge = new AnEdge()
    edge.plan = targets(office, local)
    const invite = await call(edge)
    const headers = { 'Proxy-Authenticate': 'Digest realm="asterisk", nonce="n"' }
    await edge.stack.sent().refuses(407, { headers })
    expect(invite.response).toMatchObject({
      status: 407,
      headers: { 'Proxy-Authenticate': ['Digest realm="asterisk", nonce="n"'] },
    })
    expect([edge.records.ended, edge.decisions]).toEqual([[], []])

    await call(edge, { 'Proxy-Authorization': 'Digest username="300"' })
    expect(edge.stack.sent().uri).toBe('sip:301@pbx.example')
    expect(edge.stack.sent().options).toMatchObject({
      proxy: 'sip:192.0.2.50:5060',
      headers: { 'Proxy-Authorization': ['Digest username="300"'] },
    })
    expect(edge.witnessed).toEqual([['office', 'challenged']])
  })

  test('is not vouched for towards its PBX, whatever it says itself; who needs no password there is', async () => {
    const edge = new AnEdge()
    edge.plan = targets(office)
    const voucher = () => edge.stack.sent().options.headers?.['Causeway-Caller']
    await call(edge, { 'Causeway-Caller': 'trunk' })
    expect(voucher()).toBeUndefined()
    const source = { transport: 'udp', address: '192.0.2.60', port: 5060 } as const
    await edge.stack.receiveInvite({ uri: 'sip:301@pbx.example', source })
    expect(voucher()).toBe('trunk')
    await edge.phoneCalls() // with a password of the box
    expect(voucher()).toBe('phone')
  })

  test('is asked for the digest of the box when the PBX is dead, and then reaches the other phone', async () => {
    const edge = new AnEdge()
    edge.plan = targets(office, local)
    edge.verdict = { ...challenge, why: 'missing' }
    const unproven = await call(edge)
    await edge.stack.sent().refuses(503, { isLocal: true })
    expect(unproven.response).toMatchObject({ status: 407, headers: challenge.headers })
    expect(edge.witnessed).toEqual([['office', 'unreachable']])

    edge.verdict = { kind: 'authenticated', caller: aor('300', 'pbx.example'), owns: () => true }
    const proven = await call(edge)
    await edge.stack.sent().refuses(408, { isLocal: true })
    await edge.stack.sent().answers('v=0')
    expect(proven.finalStatus).toBe(200)
  })

  test('does not wait for a PBX that is known to be gone', async () => {
    const edge = new AnEdge()
    edge.plan = targets(office, { ...local, callerMustBeAuthenticated: false })
    await call(edge)
    edge.handler.pbxIsGone('office')
    await settled()
    expect(edge.stack.outgoing.map(({ isCancelled }) => isCancelled)).toEqual([true, false])
  })

  test('must prove itself to the box in survival', async () => {
    const edge = new AnEdge()
    edge.pbxInCharge = false
    edge.verdict = { ...challenge, why: 'missing' }
    expect((await call(edge)).finalStatus).toBe(407)
  })
})

test('a leg to another box names us by our peer name and goes to the link', async () => {
  const edge = new AnEdge()
  edge.plan = targets(target({ path: 'overlay', uri: 'sip:301@site-b.example', label: 'other.peer.x' }))
  await edge.phoneCalls()
  expect(edge.stack.sent().options).toMatchObject({
    proxy: 'sip:127.0.0.1:4711;transport=tcp',
    contact: '<sip:me.peer.overlay.example;transport=tcp>',
  })
})

test('a call from another box is answered with our peer name as Contact', async () => {
  const edge = new AnEdge()
  const invite = await edge.stack.receiveInvite({
    source: from('127.0.0.1', 4999),
    headers: { from: '<sip:301@site-b.example>;tag=1' },
  })
  await edge.stack.sent().answers('v=0')
  expect(invite.answerHeaders).toMatchObject({ Contact: '<sip:me.peer.overlay.example;transport=tcp>' })
})

test('a caller who does not want to be known stays unknown to the called', async () => {
  const edge = new AnEdge()
  const headers = { from: '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1' }
  await edge.stack.receiveInvite({ source: from('192.0.2.77'), headers })
  expect(edge.stack.sent().options.from).toBe('"Anonymous" <sip:anonymous@anonymous.invalid>')
})
