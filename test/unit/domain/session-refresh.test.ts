import { expect, test } from 'vitest'
import { answerToRefresh } from '../../../src/domain/session-refresh.ts'

const sdp = (version: number, ...lines: readonly string[]) =>
  ['v=0', `o=- 1 ${version} IN IP4 192.0.2.1`, 's=-', 't=0 0', 'm=audio 4000 RTP/AVP 8', ...lines, ''].join(
    '\r\n',
  )
const ours = sdp(7)

test.each([
  ['the same once more', sdp(1), ours],
  ['the same under a new version', sdp(2), ours],
  ['the same with other line ends', sdp(1).replaceAll('\r\n', '\n'), ours],
  ['hold', sdp(2, 'a=sendonly'), undefined],
  ['another port', sdp(1).replace('4000', '4002'), undefined],
])('an offer that is %s', (_, offer, answer) => {
  expect(answerToRefresh(offer, { localSdp: ours, remoteSdp: sdp(1) })).toBe(answer)
})

test.each([
  ['nothing', ''],
  ['an offer with a location', `--part\r\nContent-Type: application/sdp\r\n\r\n${ours}`],
  ['an offer of several keys', sdp(7, 'a=crypto:1 A inline:a', 'a=crypto:2 B inline:b')],
  ['an offer to open DTLS either way', sdp(7, 'a=setup:actpass')],
])('what was said last is no answer when it was %s', (_, localSdp) => {
  expect(answerToRefresh(sdp(1), { localSdp, remoteSdp: sdp(1) })).toBeUndefined()
})

test('a stream that was refused may be asked for again, one that both have given up is not', () => {
  const video = (port: number) => `m=video ${port} RTP/AVP 96`
  const [asks, gone] = [sdp(1, video(4002)), sdp(1, video(0))]
  const refused = sdp(7, video(0))
  expect(answerToRefresh(asks, { localSdp: refused, remoteSdp: asks })).toBeUndefined()
  expect(answerToRefresh(gone, { localSdp: refused, remoteSdp: gone })).toBe(refused)
})
