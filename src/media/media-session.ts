/** The two ends of a pair of legs. */
export type Side = 'caller' | 'callee'

/** The way of the media of one pair of legs: what becomes of the session descriptions that pass. */
export interface MediaSession {
  /** The SDP to send on. Rejects with a `GatewayError`. */
  offer(from: Side, sdp: string): Promise<string>
  answer(from: Side, sdp: string): Promise<string>
  /** The last offer was not accepted: everything stays as it was agreed before. Never rejects. */
  refused?(): Promise<void>
  /** When this side was last heard, ms since the Unix epoch; undefined when its media passes by, or nobody can tell. */
  lastHeard?(from: Side): Promise<number | undefined>
  end(): void
}

export function otherSide(side: Side): Side {
  return side === 'caller' ? 'callee' : 'caller'
}
