/** Bounds of what is kept of calls for the ladder. */
export interface TraceSettings {
  /** 0 keeps nothing. */
  readonly maxBytes: number
  readonly maxMessages: number
  readonly maxMessagesPerCall: number
  /** Of a longer message only the beginning is kept. */
  readonly maxMessageBytes: number
}

export const defaultTraceSettings: TraceSettings = {
  maxBytes: 8 * 1024 * 1024,
  maxMessages: 16_384,
  maxMessagesPerCall: 300,
  maxMessageBytes: 8 * 1024,
}
