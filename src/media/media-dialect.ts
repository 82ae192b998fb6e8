import { isWebRtc } from '../domain/web-rtc.ts'
import { isEncryptedSdp } from './encryption.ts'

/**
 * What the one who gets an SDP takes: `webrtc` is RTP over DTLS with ICE (RFC 8834), `srtp` is RTP with keys in the SDP
 * (RFC 4568), `rtp` is RTP in the clear, `any` what the other side speaks.
 */
export type MediaDialect = 'webrtc' | 'srtp' | 'rtp' | 'any'

/** What the sender of a session description speaks. */
export function dialectOf(sdp: string): Exclude<MediaDialect, 'any'> {
  if (isWebRtc(sdp)) return 'webrtc'
  return isEncryptedSdp(sdp) ? 'srtp' : 'rtp'
}
