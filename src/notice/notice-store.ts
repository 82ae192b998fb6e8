import type { QueuedNotice } from './notice-target.ts'

/** Where notices wait that have not arrived, while the box is away too. */
export interface NoticeStore {
  /** Oldest first. */
  load(): Promise<QueuedNotice[]>
  add(notice: QueuedNotice): Promise<void>
  remove(number: number): Promise<void>
}
