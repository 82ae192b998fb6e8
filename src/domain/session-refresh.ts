/** The session descriptions that a dialog has agreed on last. */
export interface AgreedSession {
  readonly localSdp: string
  readonly remoteSdp: string
}

/**
 * The answer to an offer that changes nothing, as those do that only keep a session alive (RFC 4028 §7.4): what this side
 * said last. Undefined when the offer is a new one, or what was said last cannot serve as an answer.
 */
export function answerToRefresh(offer: string, { localSdp, remoteSdp }: AgreedSession): string | undefined {
  // What went out with a location or the like (multipart) is no answer.
  if (!localSdp.startsWith('v=0') || withoutOrigin(offer) !== withoutOrigin(remoteSdp)) return undefined
  return leavesOpen(localSdp) || asksAgain(offer, localSdp) ? undefined : localSdp
}

/** A stream that was refused, video perhaps, may be welcome now. */
function asksAgain(offer: string, localSdp: string): boolean {
  const ours = portsOf(localSdp)
  return portsOf(offer).some((port, index) => port !== '0' && ours[index] === '0')
}

const portsOf = (sdp: string): readonly string[] =>
  [...sdp.matchAll(/^m=\S+ (\d+)/gm)].map(([, port = '']) => port)

/** An offer may leave to the other side which key is used (RFC 4568 §5.1.2) and who opens DTLS (RFC 5763 §5). */
function leavesOpen(sdp: string): boolean {
  return count(sdp, /^a=crypto:/gm) > count(sdp, /^m=/gm) || /^a=setup:actpass/m.test(sdp)
}

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0

// Some count the version on for every description they send (RFC 3264 §8).
function withoutOrigin(sdp: string): string {
  return sdp
    .replace(/^o=.*$/m, '')
    .replace(/\r\n/g, '\n')
    .trimEnd()
}
