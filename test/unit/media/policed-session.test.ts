import { describe, expect, test } from 'vitest'
import type { LegPolicy } from '../../../src/domain/leg-policy.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { CallMedia } from '../../../src/media/call-media.ts'
import type { MediaDialect } from '../../../src/media/media-dialect.ts'
import type { MediaRelay } from '../../../src/media/media-relay.ts'
import { MediaRelayFailed } from '../../../src/media/media-relay-failed.ts'

const head = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n'
const clear = `${head}m=audio 4000 RTP/AVP 0 8\r\n`
const keyed = `${head}m=audio 4000 RTP/SAVP 0 8\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0\r\n`

const trunk: LegPolicy = {
  codecs: [],
  dtmf: 'events',
  srtp: 'as-offered',
  earlyMedia: 'pass',
  reliableProvisionals: 'supported',
  sessionTimer: undefined,
}

/** Converts as it is told, and keeps the dialects. */
class ConvertingRelay implements MediaRelay {
  readonly dialects: MediaDialect[] = []
  fails = false

  offer(_exchange: unknown, sdp: string, dialect: MediaDialect): Promise<string> {
    return this.#convert(sdp, dialect)
  }

  answer(_exchange: unknown, sdp: string, dialect: MediaDialect): Promise<string> {
    return this.#convert(sdp, dialect)
  }

  delete(): Promise<void> {
    return Promise.resolve()
  }

  async #convert(sdp: string, dialect: MediaDialect): Promise<string> {
    if (this.fails) throw new MediaRelayFailed('offer', 'silence')
    this.dialects.push(dialect)
    if (dialect === 'any') return sdp
    return dialect === 'srtp' ? keyed : clear
  }
}

function sessionTo(
  policy: Partial<LegPolicy>,
  more: { readonly relay?: MediaRelay; readonly callerSdp?: string; readonly isInbound?: boolean } = {},
) {
  const remarks: string[] = []
  const { relay, callerSdp = clear, isInbound = false } = more
  const media = new CallMedia(relay, { relay: 'never', whenRelayFails: 'direct' }, silentLog)
  const session = media.session({
    callId: 'c',
    source: isInbound ? 'trunk' : 'phone',
    target: isInbound ? 'phone' : 'trunk',
    callerSdp,
    callerAddress: '192.0.2.1',
    calleeIsBehindNat: false,
    calleeIsBrowser: false,
    [isInbound ? 'callerPolicy' : 'calleePolicy']: { ...trunk, ...policy },
    remark: (answer, why) => remarks.push(`${answer}; ${why}`),
  })
  return { session, remarks }
}

describe('codecs', () => {
  test('are sifted in offers both ways, and answers pass', async () => {
    const { session } = sessionTo({ codecs: ['PCMA'] })
    expect(await session.offer('caller', clear)).toContain('RTP/AVP 8\r\n')
    expect(await session.offer('callee', clear)).toContain('RTP/AVP 8\r\n')
    expect(await session.answer('callee', clear)).toBe(clear)
  })

  test('of which none is allowed pass, and the decision record says so once', async () => {
    const { session, remarks } = sessionTo({ codecs: ['G729'] })
    expect(await session.offer('caller', clear)).toBe(clear)
    expect(await session.offer('caller', clear)).toBe(clear)
    expect(remarks).toEqual([
      'offered as it came: PCMU, PCMA; none of the codecs of the trunk is among them (G729)',
    ])
  })
})

describe('a trunk that must be encrypted', () => {
  test('gets keys from the relay, also where the relay is for nothing else', async () => {
    const relay = new ConvertingRelay()
    const { session } = sessionTo({ srtp: 'required' }, { relay })
    expect(await session.offer('caller', clear)).toBe(keyed)
    expect(await session.answer('callee', keyed)).toBe(clear)
    expect(relay.dialects).toEqual(['srtp', 'rtp'])
  })

  test('gets the offer of a phone that encrypts itself as it is', async () => {
    const { session } = sessionTo({ srtp: 'required' }, { relay: new ConvertingRelay(), callerSdp: keyed })
    expect(await session.offer('caller', keyed)).toBe(keyed)
  })

  test.each([
    ['there is no relay', undefined],
    ['the relay fails', Object.assign(new ConvertingRelay(), { fails: true })],
  ])('gets nothing in the clear when %s: 488', async (_, relay) => {
    const { session } = sessionTo({ srtp: 'required' }, relay && { relay })
    await expect(session.offer('caller', clear)).rejects.toMatchObject({
      sipStatus: 488,
      message: 'the trunk is to be encrypted, but audio by RTP/AVP is not encrypted',
    })
  })

  test('gets no fax, and the relay never hears of it', async () => {
    const relay = new ConvertingRelay()
    const { session } = sessionTo({ srtp: 'required' }, { relay })
    const fax = `${head}m=image 4004 udptl t38\r\n`
    await expect(session.offer('caller', fax)).rejects.toMatchObject({ sipStatus: 488 })
    expect(relay.dialects).toEqual([])
  })

  test('is not heard in the clear', async () => {
    const relay = new ConvertingRelay()
    const inbound = sessionTo({ srtp: 'required' }, { relay, isInbound: true })
    await expect(inbound.session.offer('caller', clear)).rejects.toMatchObject({ sipStatus: 488 })
    const outbound = sessionTo({ srtp: 'required' }, { relay })
    await outbound.session.offer('caller', clear)
    await expect(outbound.session.answer('callee', clear)).rejects.toMatchObject({ sipStatus: 488 })
  })

  test('calls phones in the clear', async () => {
    const relay = new ConvertingRelay()
    const { session } = sessionTo({ srtp: 'required' }, { relay, callerSdp: keyed, isInbound: true })
    expect(await session.offer('caller', keyed)).toBe(clear)
    expect(await session.answer('callee', clear)).toBe(keyed)
  })
})

describe('a trunk that is never encrypted', () => {
  test('gets no keys that an offer in the clear may carry', async () => {
    const { session } = sessionTo({ srtp: 'never' })
    const offer = `${clear}a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0\r\n`
    expect(await session.offer('caller', offer)).toBe(clear)
  })

  test('gets the offer of a phone that encrypts decrypted, and without a relay not at all', async () => {
    const relay = new ConvertingRelay()
    const { session } = sessionTo({ srtp: 'never' }, { relay, callerSdp: keyed })
    expect(await session.offer('caller', keyed)).toBe(clear)
    expect(await session.answer('callee', clear)).toBe(keyed)
    const without = sessionTo({ srtp: 'never' }, { callerSdp: keyed })
    await expect(without.session.offer('caller', keyed)).rejects.toMatchObject({ sipStatus: 488 })
  })
})
