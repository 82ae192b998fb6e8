/** Whether an SDP comes from a browser: RTP keyed by DTLS, with feedback (RFC 5764 §8, RFC 8827 §6.5). */
export function isWebRtc(sdp: string): boolean {
  return /^m=\S+ \d+ UDP\/TLS\/RTP\/SAVPF /m.test(sdp)
}
