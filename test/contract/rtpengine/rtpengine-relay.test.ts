import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { RtpengineRelay } from '../../../src/drivers/rtpengine/rtpengine-relay.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { FakeNgServer, type NgArrival } from '../../support/fake-ng-server.ts'

const exchange = { callId: 'call-1', offerer: 'caller', answerer: 'callee' }
const server = { now: new FakeNgServer() }
let relay: RtpengineRelay

/** What the server does with everything but pings. */
function serve(handle: (arrival: NgArrival) => void): void {
  server.now.onArrival = (arrival) => {
    if (arrival.command.command === 'ping') arrival.reply({ result: 'pong' })
    else handle(arrival)
  }
}

const commands = () => server.now.arrivals.filter(({ command }) => command.command !== 'ping')

beforeEach(async () => {
  server.now = new FakeNgServer()
  const port = await server.now.start()
  relay = new RtpengineRelay({ host: '127.0.0.1', port, timeoutMs: 400 }, silentLog)
  await relay.start()
})
afterEach(async () => {
  await relay.stop()
  await server.now.stop()
})

describe('rtpengine', () => {
  test('rewrites offer and answer, and forgets the call', async () => {
    serve(({ command, reply }) => reply({ result: 'ok', sdp: `${command.sdp} relayed` }))
    expect(await relay.offer(exchange, 'v=0 a')).toBe('v=0 a relayed')
    expect(await relay.answer(exchange, 'v=0 b')).toBe('v=0 b relayed')
    await relay.delete('call-1')
    expect(commands().map(({ command }) => command)).toMatchObject([
      { command: 'offer', 'call-id': 'call-1', 'from-tag': 'caller', sdp: 'v=0 a', ICE: 'remove' },
      { command: 'answer', 'call-id': 'call-1', 'from-tag': 'caller', 'to-tag': 'callee', sdp: 'v=0 b' },
      { command: 'delete', 'call-id': 'call-1' },
    ])
    expect(relay.isReachable).toBe(true)
  })

  test('turns RTP into what browsers take, and back', async () => {
    serve(({ reply }) => reply({ result: 'ok', sdp: 'v=0' }))
    await relay.offer(exchange, 'v=0', 'webrtc')
    await relay.answer(exchange, 'v=0', 'rtp')
    expect(commands().map(({ command }) => command)).toMatchObject([
      { ICE: 'force', DTLS: 'passive', 'transport-protocol': 'UDP/TLS/RTP/SAVPF', 'rtcp-mux': ['require'] },
      { ICE: 'remove', DTLS: 'off', 'transport-protocol': 'RTP/AVP', 'rtcp-mux': ['demux'] },
    ])
  })

  test('tells when media came last from each end', async () => {
    const stream = (seconds: number, flag: string) => ({ 'last packet': seconds, flags: [flag, 'filled'] })
    const medias = (...streams: ReturnType<typeof stream>[]) => ({ medias: [{ index: 1, streams }] })
    const tags = {
      caller: medias(stream(1_700_000_000, 'RTP'), stream(1_700_000_009, 'RTCP')),
      callee: medias(stream(0, 'RTP'), stream(0, 'RTCP')),
    }
    serve(({ reply }) => reply({ result: 'ok', tags }))
    expect([...(await relay.lastHeard('call-1'))]).toEqual([['caller', 1_700_000_000_000]])
    serve(({ reply }) => reply({ result: 'ok' }))
    expect((await relay.lastHeard('call-1')).size).toBe(0)
  })

  test('is asked again with the same cookie when a datagram is lost', async () => {
    let lost = 0
    serve(({ reply }) => {
      if (++lost > 1) reply({ result: 'ok', sdp: 'late but here' })
    })
    expect(await relay.offer(exchange, 'v=0')).toBe('late but here')
    const cookies = new Set(commands().map(({ cookie }) => cookie))
    expect([commands().length, cookies.size]).toEqual([2, 1])
  })

  test('that is silent fails the command in time', async () => {
    serve(() => undefined)
    const error = await relay.offer(exchange, 'v=0').catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'MediaRelayFailed', sipStatus: 503 })
    expect(String(error)).toContain('no answer within 400 ms')
  })

  test('says why it refuses', async () => {
    serve(({ reply }) => reply({ result: 'error', 'error-reason': 'Unknown call-id' }))
    await expect(relay.answer(exchange, 'v=0')).rejects.toThrow('Unknown call-id')
  })

  test('may answer late or twice without any noise', async () => {
    const noise = vi.spyOn(console, 'log')
    const late: NgArrival[] = []
    serve((arrival) => late.push(arrival))
    await expect(relay.offer(exchange, 'v=0')).rejects.toThrow('no answer')
    for (const { reply } of late) reply({ result: 'ok', sdp: 'x' })
    serve(({ reply }) => {
      reply({ result: 'ok', sdp: 'y' })
      reply({ result: 'ok', sdp: 'y' })
    })
    expect(await relay.offer(exchange, 'v=0')).toBe('y')
    serve(({ reply }) => reply({ result: 'ok', sdp: 'z' }))
    expect(await relay.offer(exchange, 'v=0')).toBe('z')
    expect(noise).not.toHaveBeenCalled()
    noise.mockRestore()
  })

  test('gets commands that cross without mixing them up', async () => {
    serve(({ command, reply }) =>
      setImmediate(() => reply({ result: 'ok', sdp: `for ${command['call-id']}` })),
    )
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => relay.offer({ ...exchange, callId: `call-${n}` }, 'v=0')),
    )
    expect(answers).toEqual(Array.from({ length: 50 }, (_, n) => `for call-${n}`))
  })
})
