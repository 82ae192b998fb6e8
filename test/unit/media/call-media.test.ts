import { describe, expect, test } from 'vitest'
import { silentLog } from '../../../src/lib/log.ts'
import { CallMedia } from '../../../src/media/call-media.ts'
import type { MediaRelay } from '../../../src/media/media-relay.ts'
import { MediaRelayFailed } from '../../../src/media/media-relay-failed.ts'
import { isBehindNat, type MediaFacts, needsRelay } from '../../../src/media/relay-rule.ts'

const browserSdp = 'v=0\r\nc=IN IP4 192.168.1.5\r\nm=audio 50000 UDP/TLS/RTP/SAVPF 111 8\r\n'
const keyedSdp = 'v=0\r\nc=IN IP4 192.168.1.6\r\nm=audio 50000 RTP/SAVP 8\r\n'

const inside: MediaFacts = {
  callId: 'c',
  source: 'phone',
  target: 'phone',
  callerSdp: 'v=0\r\nc=IN IP4 192.168.1.5\r\n',
  callerAddress: '192.168.1.5',
  calleeIsBehindNat: false,
  calleeIsBrowser: false,
}

describe('a call goes through the relay', () => {
  test.each([
    ['never by that rule', 'never', { target: 'trunk' }, false],
    ['always by that rule', 'always', {}, true],
    ['not when it stays on the site', 'when-needed', {}, false],
    ['not between phone and PBX', 'when-needed', { target: 'pbx' }, false],
    ['when it leaves by a trunk', 'when-needed', { target: 'trunk' }, true],
    ['when it comes from another box', 'when-needed', { source: 'overlay' }, true],
    ['when it goes to a domain', 'when-needed', { target: 'domain' }, true],
    ['when the callee is behind NAT', 'when-needed', { calleeIsBehindNat: true }, true],
    ['when the caller is behind NAT', 'when-needed', { callerAddress: '203.0.113.5' }, true],
    ['when a browser calls a phone', 'when-needed', { callerSdp: browserSdp }, true],
    ['when a phone calls a browser', 'when-needed', { calleeIsBrowser: true }, true],
    ['not between browsers', 'when-needed', { callerSdp: browserSdp, calleeIsBrowser: true }, false],
  ] as const)('%s', (_, mode, facts, expected) => {
    expect(needsRelay(mode, { ...inside, ...facts })).toBe(expected)
  })

  test.each([
    ['c=IN IP4 192.168.1.5', '203.0.113.5', true],
    ['c=IN IP4 100.64.3.2', '203.0.113.5', true],
    ['c=IN IP6 fd00::5', '2001:db8::5', true],
    ['c=IN IP4 192.168.1.5', '192.168.1.5', false],
    ['c=IN IP4 198.51.100.7', '203.0.113.5', false],
    ['c=IN IP4 172.32.0.1', '203.0.113.5', false],
    ['c=IN IP4 10.example.net', '203.0.113.5', false],
    ['c=IN IP6 fd.example.net', '2001:db8::5', false],
    ['no connection', '203.0.113.5', false],
  ])('%s from %s: behind NAT %s', (line, address, expected) => {
    expect(isBehindNat(`v=0\r\n${line}\r\n`, address)).toBe(expected)
  })
})

class ScriptedRelay implements MediaRelay {
  readonly log: string[] = []
  readonly dialects: string[] = []
  readonly sdps: string[] = []
  fails = false

  offer({ offerer }: { offerer: string }, sdp: string, dialect: string): Promise<string> {
    this.dialects.push(dialect)
    return this.#do(`offer ${offerer}`, sdp)
  }

  answer(
    { offerer, answerer }: { offerer: string; answerer: string },
    sdp: string,
    dialect: string,
  ): Promise<string> {
    this.dialects.push(dialect)
    return this.#do(`answer ${offerer}→${answerer}`, sdp)
  }

  async delete(callId: string): Promise<void> {
    this.log.push(`delete ${callId}`)
  }

  async #do(what: string, sdp: string): Promise<string> {
    if (this.fails) throw new MediaRelayFailed('offer', 'down')
    this.log.push(what)
    this.sdps.push(sdp)
    return `${sdp} relayed`
  }
}

describe('a relayed session', () => {
  const begin = (whenRelayFails: 'direct' | 'refuse') => {
    const relay = new ScriptedRelay()
    const media = new CallMedia(relay, { relay: 'always', whenRelayFails }, silentLog)
    return { relay, session: media.session(inside) }
  }

  test('anchors both directions, re-INVITEs of either side too, and is deleted once', async () => {
    const { relay, session } = begin('refuse')
    expect(await session.offer('caller', 'a')).toBe('a relayed')
    expect(await session.answer('callee', 'b')).toBe('b relayed')
    await session.offer('callee', 'c')
    await session.answer('caller', 'd')
    session.end()
    session.end()
    expect(relay.log).toEqual([
      'offer caller',
      'answer caller→callee',
      'offer callee',
      'answer callee→caller',
      'delete c',
    ])
  })

  test('takes back an offer that was refused by what was agreed before', async () => {
    const { relay, session } = begin('refuse')
    await session.offer('caller', 'a')
    await session.refused?.()
    expect(relay.sdps).toEqual(['a'])
    await session.answer('callee', 'b')
    await session.offer('callee', 'c')
    await session.refused?.()
    expect(relay.log.slice(2)).toEqual(['offer callee', 'offer caller', 'answer caller→callee'])
    expect(relay.sdps.slice(2)).toEqual(['c', 'a', 'b'])
  })

  test.each([
    ['phones', {}, ['any', 'any', 'any', 'any']],
    ['a browser and a phone', { callerSdp: browserSdp }, ['rtp', 'webrtc', 'webrtc', 'rtp']],
    ['a phone and a browser', { calleeIsBrowser: true }, ['webrtc', 'rtp', 'rtp', 'webrtc']],
    ['phones of which a PBX let one encrypt', { calleeSdp: keyedSdp }, ['srtp', 'rtp', 'rtp', 'srtp']],
    ['phones that both encrypt', { callerSdp: keyedSdp, calleeSdp: keyedSdp }, ['any', 'any', 'any', 'any']],
  ])('gives each side of %s what it can take', async (_, facts, expected) => {
    const relay = new ScriptedRelay()
    const media = new CallMedia(relay, { relay: 'always', whenRelayFails: 'refuse' }, silentLog)
    const session = media.session({ ...inside, ...facts })
    await session.offer('caller', 'a')
    await session.answer('callee', 'b')
    await session.offer('callee', 'c')
    await session.answer('caller', 'd')
    expect(relay.dialects).toEqual(expected)
  })

  test('goes direct when the relay is down and that is allowed', async () => {
    const { relay, session } = begin('direct')
    relay.fails = true
    expect(await session.offer('caller', 'a')).toBe('a')
    relay.fails = false
    expect(await session.answer('callee', 'b')).toBe('b')
    expect(relay.log).toEqual([])
  })

  test('is refused when the relay is down and direct media is not allowed', async () => {
    const { relay, session } = begin('refuse')
    relay.fails = true
    await expect(session.offer('caller', 'a')).rejects.toMatchObject({ sipStatus: 503 })
  })

  test('cannot turn direct any more once an offer was relayed', async () => {
    const { relay, session } = begin('direct')
    await session.offer('caller', 'a')
    relay.fails = true
    await expect(session.answer('callee', 'b')).rejects.toMatchObject({ name: 'MediaRelayFailed' })
  })

  test('without a relay SDP passes as it is', async () => {
    const media = new CallMedia(undefined, { relay: 'always', whenRelayFails: 'refuse' }, silentLog)
    const session = media.session(inside)
    expect([await session.offer('caller', 'a'), await session.answer('callee', 'b')]).toEqual(['a', 'b'])
  })
})
