import type { SipMessageView } from '../domain/sip.ts'

export interface StateDocument {
  readonly contentType: string
  readonly body: string
}

/** What one subscription is told when the box is its notifier. */
export interface Feed {
  /** The PBX has told this. */
  heard(notify: SipMessageView): void
  /** Whether the box may speak unasked: it has knowledge of its own. */
  readonly hasNews: boolean
  /** The state for the next NOTIFY; undefined: the box knows none, and says so by an empty body (RFC 6665 §4.2.1.2). */
  next(): StateDocument | undefined
}

/** For packages that only the PBX knows about: nothing is claimed. */
export const silentFeed: Feed = { heard: () => undefined, hasNews: false, next: () => undefined }
