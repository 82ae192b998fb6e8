/**
 * What the one who gets an SDP takes: `webrtc` is RTP over DTLS with ICE (RFC 8834), `rtp` is RTP in the clear, `any` what
 * the other side speaks.
 */
export type MediaDialect = 'webrtc' | 'rtp' | 'any'
