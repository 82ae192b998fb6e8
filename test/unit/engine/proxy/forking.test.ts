import { describe, expect, it } from 'vitest'
import type { SipRequest } from '../../../../src/engine/message/message.ts'
import { responseTo } from '../../../../src/engine/message/response.ts'
import { requestText } from '../transaction/layer-setup.ts'
import { makeProxy, timerCMs } from './proxy-bed.ts'

const targets = ['sip:bob@198.51.100.1', 'sip:bob@198.51.100.2']
const statuses = (responses: readonly { status: number }[]): number[] => responses.map(({ status }) => status)

/** An INVITE that two targets have, both ringing. */
async function withTwoRinging() {
  const bed = makeProxy()
  await bed.forward('INVITE', { targets, isParallel: true })
  const [one, two] = bed.takeRequests('INVITE') as [SipRequest, SipRequest]
  await bed.answer(one, 180, [], 'one')
  await bed.answer(two, 180, [], 'two')
  expect(statuses(bed.takeResponses())).toEqual([180, 180])
  return { ...bed, one, two }
}

describe('a request to two targets at once', () => {
  it('is cancelled at one when the other answers, with the reason why (RFC 3326)', async () => {
    const { answer, two, one, takeRequests } = await withTwoRinging()
    await answer(two, 200)
    const [cancel, ...others] = takeRequests('CANCEL')
    expect(others).toEqual([])
    expect(cancel?.topVia.branch).toBe(one.topVia.branch)
    expect(cancel?.getAll('reason')).toEqual(['SIP;cause=200;text="Call completed elsewhere"'])
  })

  it('passes on a 2xx that comes after another (RFC 3261 §16.7 step 5)', async () => {
    const { answer, two, one, takeResponses } = await withTwoRinging()
    await answer(two, 200, [], 'two')
    await answer(one, 200, [], 'one')
    expect(takeResponses().map((response) => [response.status, response.to.tag])).toEqual([
      [200, 'two'],
      [200, 'one'],
    ])
  })

  it('passes on a 2xx that is repeated after the answer, by the Via below', async () => {
    const { answer, clock, two, takeResponses } = await withTwoRinging()
    await answer(two, 200, [], 'two')
    clock.advance(20_000)
    takeResponses()
    await answer(two, 200, [], 'two')
    const [repeated] = takeResponses()
    expect(repeated?.status).toBe(200)
    expect(repeated?.values('via')).toHaveLength(1)
  })

  it('passes nothing on when all its transactions are over (RFC 6026 §7.2)', async () => {
    const { answer, clock, two, layer, takeResponses } = await withTwoRinging()
    await answer(two, 200, [], 'two')
    clock.advance(70_000)
    takeResponses()
    expect(layer.counts.client).toBe(0)
    await answer(two, 200, [], 'two')
    expect(takeResponses()).toEqual([])
  })

  it('is told of a refusal only when the last one has refused', async () => {
    const { answer, one, two, takeResponses } = await withTwoRinging()
    await answer(one, 486)
    expect(takeResponses()).toEqual([])
    await answer(two, 404)
    expect(statuses(takeResponses())).toEqual([486])
  })

  it('is cancelled everywhere when one speaks for all (6xx)', async () => {
    const { answer, one, two, takeRequests, takeResponses } = await withTwoRinging()
    await answer(one, 603)
    const [cancel] = takeRequests('CANCEL')
    expect(cancel?.get('reason')).toBe('SIP;cause=603')
    await answer(two, 487)
    expect(statuses(takeResponses())).toEqual([603])
  })

  it('is cancelled by its caller in all places, with his reason', async () => {
    const { answer, receive, one, two, transport, takeResponses } = await withTwoRinging()
    const reason = 'Q.850;cause=16;text="Terminated"'
    await receive(requestText('CANCEL').replace('Max-Forwards', `Reason: ${reason}\r\nMax-Forwards`))
    const sent = transport.take().map(({ message }) => message)
    const cancels = sent.filter((message) => message.isRequest && message.method === 'CANCEL')
    expect(cancels.map((cancel) => cancel.getAll('reason'))).toEqual([[reason], [reason]])
    const accepted = sent.find((message) => !message.isRequest)
    expect(accepted?.cseq.method).toBe('CANCEL')
    // RFC 3261 §9.2: the tag of what was answered to the INVITE so far.
    expect(accepted?.to.tag).toBe('two')
    await answer(one, 487)
    await answer(two, 487)
    expect(statuses(takeResponses())).toEqual([487])
  })

  it('tells its caller 487 when he has cancelled it, also when the ways broke instead', async () => {
    const { answer, receive, one, two, transport, takeResponses } = await withTwoRinging()
    await receive(requestText('CANCEL'))
    transport.take()
    await answer(one, 503)
    await answer(two, 503)
    expect(statuses(takeResponses())).toEqual([487])
  })

  it('gathers the challenges of both (RFC 3261 §16.7 step 7)', async () => {
    const { answer, one, two, takeResponses } = await withTwoRinging()
    await answer(one, 407, [['Proxy-Authenticate', 'Digest realm="one"']])
    await answer(two, 401, [['WWW-Authenticate', 'Digest realm="two"']])
    const [challenge] = takeResponses()
    expect(challenge?.getAll('proxy-authenticate')).toEqual(['Digest realm="one"'])
    expect(challenge?.getAll('www-authenticate')).toEqual(['Digest realm="two"'])
  })
})

describe('a target with two hops, of which the first stays silent for too long', () => {
  async function withSecondHopTried() {
    const hops = (host: string): readonly number[] => (host === '198.51.100.1' ? [5060, 5070] : [5060])
    const bed = makeProxy({
      resolve: ({ host }) => hops(host).map((port) => ({ transport: 'udp', address: host, port, host })),
    })
    await bed.forward('INVITE', { targets, isParallel: true })
    const [first, other] = bed.takeRequests('INVITE') as [SipRequest, SipRequest]
    await bed.answer(other, 180, [], 'other')
    bed.clock.advance(2_000)
    const second = bed.takeRequests('INVITE').at(-1) as SipRequest
    await bed.answer(second, 180, [], 'second')
    bed.transport.take()
    return { ...bed, first, second, other }
  }

  it('is answered there all the same: whatever else rings is cancelled, and nothing is said after it', async () => {
    const { answer, clock, first, second, other, transport } = await withSecondHopTried()
    await answer(first, 200, [], 'first')
    const sent = transport.take().map(({ message }) => message)
    const cancelled = sent.flatMap((message) => (message.isRequest ? [message.topVia.branch] : []))
    expect(cancelled.sort()).toEqual([second.topVia.branch, other.topVia.branch].sort())
    expect(sent.flatMap((message) => (message.isRequest ? [] : [message.status, message.to.tag]))).toEqual([
      200,
      'first',
    ])
    await answer(second, 487)
    clock.advance(200_000)
    const responses = transport.take().flatMap(({ message }) => (message.isRequest ? [] : message.status))
    expect(responses).toEqual([])
  })

  it('is answered there after it was refused elsewhere: the other target need not ring any more', async () => {
    const { answer, first, second, other, transport } = await withSecondHopTried()
    await answer(second, 486)
    transport.take()
    await answer(first, 200, [], 'first')
    const [answered, cancel] = transport.take().map(({ message }) => message)
    expect(answered?.isRequest === false && answered.status).toBe(200)
    expect(cancel?.isRequest && [cancel.method, cancel.topVia.branch]).toEqual([
      'CANCEL',
      other.topVia.branch,
    ])
  })
})

describe('an answer without the Via of the caller', () => {
  it('cannot go on (RFC 3261 §16.7 step 9): for the caller the target is a bad gateway', async () => {
    const { forward, receive, takeRequests, takeResponses } = makeProxy()
    await forward('INVITE')
    const [invite] = takeRequests('INVITE') as [SipRequest]
    const cut = (status: number): string => {
      const response = responseTo(invite, status, undefined, { toTag: 'x' })
      const [own = ''] = response.values('via')
      response.set('Via', own)
      return response.toText()
    }
    await receive(cut(180))
    expect(takeResponses()).toEqual([])
    await receive(cut(200))
    expect(statuses(takeResponses())).toEqual([502])
  })
})

describe('Timer C', () => {
  it('gives up a target that rings for too long', async () => {
    const { answer, clock, forward, takeRequests, transport } = makeProxy()
    await forward('INVITE')
    const [invite] = takeRequests('INVITE') as [SipRequest]
    await answer(invite, 180)
    clock.advance(timerCMs - 1)
    expect(takeRequests('CANCEL')).toEqual([])
    clock.advance(1)
    const [cancel, refused, ...others] = transport.take().map(({ message }) => message)
    expect(cancel?.get('reason')).toBe('SIP;cause=408')
    expect(refused).toMatchObject({ isRequest: false, status: 408 })
    expect(others).toEqual([])
  })

  it('starts anew with each provisional response but 100 (RFC 3261 §16.7 step 2)', async () => {
    const { answer, clock, forward, takeRequests } = makeProxy()
    await forward('INVITE')
    const [invite] = takeRequests('INVITE') as [SipRequest]
    await answer(invite, 180)
    clock.advance(timerCMs - 5_000)
    await answer(invite, 183)
    clock.advance(timerCMs - 5_000)
    await answer(invite, 100)
    expect(takeRequests('CANCEL')).toEqual([])
    clock.advance(5_000)
    expect(takeRequests('CANCEL')).toHaveLength(1)
  })
})

describe('a caller who can be told nothing any more', () => {
  it('leaves nothing ringing: his connection and his address are gone', async () => {
    const { answer, forwardFrom, takeRequests, transport } = makeProxy()
    const gone = transport.flow('tcp', '203.0.113.9', 5080)
    await forwardFrom(gone, requestText('INVITE', { transport: 'TCP' }))
    const [invite] = takeRequests('INVITE') as [SipRequest]
    gone.isOpen = false
    transport.unreachable.set(5080, new Error('refused'))
    await answer(invite, 180)
    expect(takeRequests('CANCEL')).toHaveLength(1)
  })

  it('has no other target asked for him: his MESSAGE has timed out', async () => {
    const { pass, forward, takeRequests, layer } = makeProxy()
    await forward('MESSAGE', { targets })
    await pass(40_000)
    expect(new Set(takeRequests('MESSAGE').map(({ uri }) => uri))).toEqual(new Set([targets[0]]))
    expect(layer.counts).toMatchObject({ client: 0, server: 0 })
  })
})

describe('a request other than INVITE', () => {
  it('is never answered 408 by a proxy (RFC 4320 §4.2)', async () => {
    const { clock, forward, takeResponses, layer } = makeProxy()
    await forward('MESSAGE')
    clock.advance(31_990)
    expect(layer.counts.server).toBe(1)
    clock.advance(1_000)
    expect(takeResponses()).toEqual([])
    expect(layer.counts.server).toBe(0)
  })

  it('has provisional responses other than 100 swallowed (RFC 4320 §4.1)', async () => {
    const { answer, forward, takeRequests, takeResponses } = makeProxy()
    await forward('MESSAGE')
    const [message] = takeRequests('MESSAGE') as [SipRequest]
    await answer(message, 183)
    expect(takeResponses()).toEqual([])
    await answer(message, 200)
    expect(statuses(takeResponses())).toEqual([200])
  })

  it('keeps Path on its way to the registrar and Service-Route on the way back', async () => {
    const { answer, forward, takeRequests, takeResponses } = makeProxy()
    await forward('REGISTER', {}, (text) =>
      text.replace('Max-Forwards', 'Supported: path\r\nPath: <sip:edge.example;lr>\r\nMax-Forwards'),
    )
    const [register] = takeRequests('REGISTER') as [SipRequest]
    expect(register.getAll('path')).toEqual(['<sip:edge.example;lr>'])
    await answer(register, 200, [
      ['Path', '<sip:edge.example;lr>'],
      ['Service-Route', '<sip:home.example;lr>'],
    ])
    const [granted] = takeResponses()
    expect(granted?.getAll('path')).toEqual(['<sip:edge.example;lr>'])
    expect(granted?.getAll('service-route')).toEqual(['<sip:home.example;lr>'])
  })
})

it('a 503 of a target is not passed on as the proxy’s own (RFC 3261 §16.7 step 6)', async () => {
  const { answer, forward, takeRequests, takeResponses } = makeProxy()
  await forward('INVITE')
  await answer((takeRequests('INVITE') as [SipRequest])[0], 503)
  expect(statuses(takeResponses())).toEqual([500])
})

it('a strict router gets its own name in the Request-URI, and the target behind all Routes', async () => {
  const { forward, takeRequests } = makeProxy()
  await forward('INVITE', {}, (text) =>
    text.replace('Max-Forwards', 'Route: <sip:198.51.100.9>, <sip:198.51.100.8;lr>\r\nMax-Forwards'),
  )
  const [invite] = takeRequests('INVITE') as [SipRequest]
  expect(invite.uri).toBe('sip:198.51.100.9')
  expect(invite.values('route')).toEqual(['<sip:198.51.100.8;lr>', '<sip:bob@198.51.100.1>'])
})
