import { describe, expect, test } from 'vitest'
import { fakeResponse } from '../../support/fake-response.ts'
import { AnEdge, target, targets } from './an-edge.ts'

const fromAnna = { from: '<sip:201@site-a.example>;tag=1', 'content-type': 'text/plain' }
const pbx = { transport: 'udp', address: '192.0.2.50', port: 5060 } as const

describe('a message', () => {
  test('goes to the phone of the user, and its answer comes back', async () => {
    const edge = new AnEdge()
    const message = await edge.stack.receive('MESSAGE', { headers: fromAnna, body: 'lunch?' })
    expect(edge.stack.requests).toMatchObject([
      {
        method: 'MESSAGE',
        uri: 'sip:202@192.0.2.8:5062',
        options: {
          body: 'lunch?',
          headers: { From: '"Anna A." <sip:201@site-a.example>', 'Content-Type': ['text/plain'] },
        },
      },
    ])
    expect(message.response.status).toBe(200)
  })

  test('tries the next target when one is dead, and never a trunk', async () => {
    const edge = new AnEdge()
    edge.plan = targets(
      target({ uri: 'sip:dead@192.0.2.9' }),
      target({ uri: 'sip:+49@carrier.example', path: 'trunk', group: 1 }),
      target({ uri: 'sip:202@192.0.2.8', group: 2 }),
    )
    edge.stack.onOutgoingRequest = (_, uri) => fakeResponse(uri.includes('dead') ? 503 : 202)
    const message = await edge.stack.receive('MESSAGE', { headers: fromAnna })
    expect(edge.stack.requests.map(({ uri }) => uri)).toEqual(['sip:dead@192.0.2.9', 'sip:202@192.0.2.8'])
    expect(message.response.status).toBe(202)
  })

  test('for a user who has left his box goes where he is now', async () => {
    const edge = new AnEdge()
    const old = target({ path: 'overlay', label: 'old.peer.overlay.example', uri: 'sip:eve@overlay.example' })
    edge.plan = targets(old)
    edge.planAfresh = targets(old, { ...old, label: 'new.peer.overlay.example' })
    edge.stack.onOutgoingRequest = () => fakeResponse(edge.stack.requests.length === 1 ? 480 : 202)
    const message = await edge.stack.receive('MESSAGE', { headers: fromAnna })
    expect(edge.stack.requests).toHaveLength(2)
    expect(message.response.status).toBe(202)
  })

  test('that only a trunk could take is refused', async () => {
    const edge = new AnEdge()
    edge.plan = targets(target({ path: 'trunk' }))
    expect((await edge.stack.receive('MESSAGE', { headers: fromAnna })).response.status).toBe(480)
  })

  test('of an unproven phone is challenged', async () => {
    const edge = new AnEdge()
    const headers = { 'Proxy-Authenticate': 'Digest realm="x"' }
    edge.verdict = { kind: 'challenge', status: 407, headers, why: 'missing' }
    expect((await edge.stack.receive('MESSAGE', { headers: fromAnna })).response).toMatchObject({
      status: 407,
      headers,
    })
  })

  test('for the PBX carries the credentials for it, and its challenge comes back', async () => {
    const edge = new AnEdge()
    edge.plan = targets(target({ path: 'pbx', label: 'office', uri: 'sip:301@pbx.example' }))
    edge.stack.onOutgoingRequest = () =>
      fakeResponse(407, { headers: { 'Proxy-Authenticate': 'Digest realm="pbx"' } })
    const headers = { from: '<sip:300@pbx.example>', 'Proxy-Authorization': 'Digest username="300"' }
    const message = await edge.stack.receive('MESSAGE', { headers })
    expect(edge.stack.requests[0]?.options.headers).toMatchObject({
      'Proxy-Authorization': ['Digest username="300"'],
    })
    expect(message.answered('Proxy-Authenticate')).toEqual(['Digest realm="pbx"'])
  })
})

describe('NOTIFY outside a dialog', () => {
  test('of the PBX goes to the phone: message waiting', async () => {
    const edge = new AnEdge()
    const headers = {
      from: '<sip:201@pbx.example>',
      event: 'message-summary',
      'subscription-state': 'active',
    }
    await edge.stack.receive('NOTIFY', { source: pbx, headers })
    expect(edge.stack.requests).toMatchObject([
      {
        method: 'NOTIFY',
        options: { headers: { Event: ['message-summary'], 'Subscription-State': ['active'] } },
      },
    ])
  })

  test('of anybody else is refused', async () => {
    const edge = new AnEdge()
    expect((await edge.stack.receive('NOTIFY', { headers: fromAnna })).response.status).toBe(481)
  })
})

test('OPTIONS is answered with what the box understands', async () => {
  const options = await new AnEdge().stack.receive('OPTIONS')
  expect(options.response.status).toBe(200)
  expect(options.answered('Allow')[0]).toContain('INVITE')
  expect(options.answered('Accept')).toEqual(['application/sdp'])
})
