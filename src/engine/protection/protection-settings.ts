/** What one source, and all unknown ones together, may ask of the engine. */
export interface SourceLimits {
  /** Requests outside dialogs from one source. What belongs to dialogs and transactions may be five times as much. */
  readonly requestsPerSecond: number
  /** How many may come at once. */
  readonly requestBurst: number
  /** The same from all sources together that are unknown and whose address may be a forgery. */
  readonly strangersPerSecond: number
  readonly strangerBurst: number
}

/** Whom the engine listens to. The engine alone, without a word from its host, listens to everybody. */
export interface ProtectionSettings {
  readonly limits: SourceLimits | undefined
  /** Parts of User-Agent values, in any case, whose requests are dropped. */
  readonly scanners: readonly string[]
  /** Addresses and networks (`192.0.2.0/24`) that nothing here applies to. */
  readonly exempt: readonly string[]
}

export const defaultProtectionSettings: ProtectionSettings = { limits: undefined, scanners: [], exempt: [] }
