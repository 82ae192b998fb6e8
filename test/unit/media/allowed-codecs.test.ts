import { describe, expect, test } from 'vitest'
import { allowedOffer } from '../../../src/media/allowed-codecs.ts'
import { printSdp, readSdp } from '../../../src/media/session-description.ts'

const head = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n'
const rich = [
  'm=audio 4000 RTP/AVP 96 9 0 8 18 101 102 13',
  'a=rtpmap:96 opus/48000/2',
  'a=fmtp:96 useinbandfec=1',
  'a=rtpmap:18 G729/8000',
  'a=fmtp:18 annexb=no',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-16',
  'a=rtpmap:102 telephone-event/48000',
  'a=ptime:20',
  'a=sendrecv',
]
const video = ['m=video 4002 RTP/AVP 97', 'a=rtpmap:97 H264/90000', 'a=rtcp-fb:97 nack pli']

const sdpOf = (...lines: readonly string[]) => `${head}${lines.join('\r\n')}\r\n`

function offered(sdp: string, codecs: readonly string[], dtmf: 'events' | 'other' = 'events') {
  const description = readSdp(sdp)
  if (!description) throw new Error('no session description')
  const { sdp: allowed, leftAlone } = allowedOffer(description, { codecs, dtmf })
  return { text: printSdp(allowed), leftAlone }
}

const audioLine = (text: string) => /^m=audio.*$/m.exec(text)?.[0]

describe('what is offered to a trunk', () => {
  test.each([
    ['everything when no codecs are named', [], 'events', '96 9 0 8 18 101 102 13'],
    ['the named codecs, in their order', ['PCMA', 'G722', 'PCMU'], 'events', '8 9 0 101'],
    ['a codec once, however often it is named', ['PCMA', 'pcma'], 'events', '8 101'],
    ['names in any spelling', ['pcma', 'Opus'], 'events', '8 96 101 102'],
    ['events at the clock rate of what is left', ['opus'], 'events', '96 102'],
    ['events at the clock rate that G.722 is written with', ['G722'], 'events', '9 101'],
    ['no events where digits go otherwise', ['PCMA'], 'other', '8'],
    ['every codec, but no events', [], 'other', '96 9 0 8 18 13'],
    ['comfort noise when it is named', ['PCMU', 'CN'], 'events', '0 13 101'],
  ] as const)('is %s', (_, codecs, dtmf, formats) => {
    const { text, leftAlone } = offered(sdpOf(...rich), codecs, dtmf)
    expect(audioLine(text)).toBe(`m=audio 4000 RTP/AVP ${formats}`)
    expect(leftAlone).toEqual([])
  })

  test('keeps the attributes of what is left, with their numbers, and of the stream', () => {
    const { text } = offered(sdpOf(...rich, ...video), ['G729'])
    expect(text).toBe(
      sdpOf(
        'm=audio 4000 RTP/AVP 18 101',
        'a=rtpmap:18 G729/8000',
        'a=fmtp:18 annexb=no',
        'a=rtpmap:101 telephone-event/8000',
        'a=fmtp:101 0-16',
        'a=ptime:20',
        'a=sendrecv',
        ...video,
      ),
    )
  })

  test('is what came, when none of the codecs is allowed', () => {
    const { text, leftAlone } = offered(sdpOf('m=audio 4000 RTP/AVP 18 101', ...rich.slice(3)), ['PCMA'])
    expect(audioLine(text)).toBe('m=audio 4000 RTP/AVP 18 101')
    expect(leftAlone).toEqual(['G729'])
  })

  test.each([
    ['a stream that was rejected', 'm=audio 0 RTP/AVP 18'],
    ['fax', 'm=image 4004 udptl t38'],
    ['what nobody knows', 'm=application 9 TCP/MRCPv2 1'],
  ])('leaves %s as it is', (_, line) => {
    const { text, leftAlone } = offered(sdpOf(line), ['PCMA'])
    expect(text).toBe(sdpOf(line))
    expect(leftAlone).toEqual([])
  })

  test('keeps events at another clock rate, rather than none', () => {
    const { text } = offered(
      sdpOf(
        'm=audio 4000 RTP/AVP 96 8 102',
        'a=rtpmap:96 opus/48000/2',
        'a=rtpmap:102 telephone-event/48000',
      ),
      ['PCMA'],
    )
    expect(audioLine(text)).toBe('m=audio 4000 RTP/AVP 8 102')
  })

  test('counts events that have lost their audio for nothing', () => {
    const { leftAlone } = offered(sdpOf('m=audio 4000 RTP/AVP 101', 'a=rtpmap:101 telephone-event/8000'), [
      'PCMA',
    ])
    expect(leftAlone).toEqual([])
  })
})

test.each([
  ['a multipart body', '--boundary\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n'],
  ['a broken stream', `${head}m=audio RTP/AVP 0\r\n`],
  ['nothing', ''],
])('%s is no session description', (_, text) => expect(readSdp(text)).toBeUndefined())

test('lines may end without a carriage return', () => {
  const text = sdpOf(...rich, ...video)
  const description = readSdp(text.replaceAll('\r\n', '\n'))
  expect(description && printSdp(description)).toBe(text)
})
