import type { CallRecord } from '../domain/call-record.ts'

/** Calls as the last run of the box left them. */
export interface FoundCalls {
  /** Each once, as it was last noted. */
  readonly calls: readonly CallRecord[]
  /** When that run was last known to be alive, milliseconds since the Unix epoch; undefined when nothing was found. */
  readonly lastSignOfLife: number | undefined
}

/** Where the state of every call is noted at once, before the call goes on. Never throws, never makes a call wait. */
export interface CallJournal {
  /** How the call stands. False when the journal cannot be written now; then it is noted later. */
  note(record: CallRecord): boolean
  /** It was no call after all. */
  forget(id: string): void
  /** The end of the call is stored elsewhere. */
  settle(id: string): void
  /** What the last run left; the same until `discardFound`. */
  found(): FoundCalls
  /** What was found is stored elsewhere. */
  discardFound(): Promise<void>
}
