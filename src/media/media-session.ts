/** The two ends of a pair of legs. */
export type Side = 'caller' | 'callee'

/** The way of the media of one pair of legs: what becomes of the session descriptions that pass. */
export interface MediaSession {
  /** The SDP to send on. Rejects with a `GatewayError`. */
  offer(from: Side, sdp: string): Promise<string>
  answer(from: Side, sdp: string): Promise<string>
  end(): void
}

export function otherSide(side: Side): Side {
  return side === 'caller' ? 'callee' : 'caller'
}
