import type { Notice, NoticeEvent } from '../domain/notice.ts'

/** A notice on its way to one receiver. */
export interface QueuedNotice {
  /** Grows from one to the next. */
  readonly number: number
  /** Name of the receiver. */
  readonly target: string
  /** The same each time it is tried, so that a receiver can tell a repetition. */
  readonly id: string
  readonly notice: Notice
}

/** One receiver. */
export interface NoticeTarget {
  /** In pages and logs; without credentials. */
  readonly name: string
  readonly events: ReadonlySet<NoticeEvent>
  /** Throws when it did not arrive: `NoticeRefused` when it never will. Ends when the signal says so. */
  deliver(notice: QueuedNotice, signal: AbortSignal): Promise<void>
}

/** The receiver was reached and will never take this notice. */
export class NoticeRefused extends Error {
  override readonly name = 'NoticeRefused'
}
