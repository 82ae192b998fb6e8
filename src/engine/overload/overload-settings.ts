/** When the engine begins to turn new requests away, by how late its own timers fire. */
export interface OverloadSettings {
  /** How often the lag of the event loop is measured, in milliseconds. */
  readonly sampleMs: number
  /** From this lag on the engine is too busy, in milliseconds. */
  readonly highLagMs: number
  /** Down to this lag it has room again, in milliseconds; in between nothing changes. */
  readonly lowLagMs: number
  /** Samples in a row at or above the high mark before anything is shed: one long pause is no overload. */
  readonly samplesToBegin: number
  /** More of the new requests shed with each further high sample, for each time the lag exceeds the high mark. */
  readonly raisePercent: number
  /** Fewer of the new requests shed with each low sample. */
  readonly lowerPercent: number
  /** User parts of Request-URIs that are calls for help, which are never turned away. */
  readonly urgentUsers: readonly string[]
}

export const defaultOverloadSettings: OverloadSettings = {
  sampleMs: 100,
  highLagMs: 250,
  lowLagMs: 50,
  samplesToBegin: 3,
  raisePercent: 20,
  lowerPercent: 5,
  urgentUsers: [],
}
