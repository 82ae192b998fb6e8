/** What one leg of a call wants otherwise than phones do; trunks have one. */
export interface LegPolicy {
  /** Names of audio codecs that may be offered, best first, as in SDP (`PCMA`); empty: whatever the phones speak. */
  readonly codecs: readonly string[]
  /** Digits as RTP events (RFC 4733) or, with the events taken out of the SDP, as INFO or tones. */
  readonly dtmf: 'events' | 'other'
  readonly srtp: 'as-offered' | 'never' | 'required'
  /** `hold-back`: the caller hears its own ringing tone until the answer. */
  readonly earlyMedia: 'pass' | 'hold-back'
  /** RFC 3262 */
  readonly reliableProvisionals: 'supported' | 'required' | 'never'
  /** RFC 4028; undefined: none is asked for. */
  readonly sessionTimer: SessionTimerPolicy | undefined
}

export interface SessionTimerPolicy {
  readonly expiresSeconds: number
  /** The shortest that is accepted (Min-SE). */
  readonly minSeconds: number
  /** Who refreshes: this box, the far end, or as the far end likes. */
  readonly refresher: 'box' | 'far-end' | 'any'
}
