/** Something that people or programs outside the box are to hear of. */
export interface Notice {
  readonly event: NoticeEvent
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  /** One sentence for a person. */
  readonly summary: string
  /** The same for a program; values as JSON has them. */
  readonly facts: Readonly<Record<string, unknown>>
}

export const noticeEvents = [
  'emergency',
  'toll-fraud',
  'trunk',
  'asterisk',
  'outage',
  'rehearsal',
  'call',
] as const

export type NoticeEvent = (typeof noticeEvents)[number]

/** Takes notices and sees to it that they arrive; never throws and never makes a call wait. */
export interface NoticeSink {
  send(notice: Notice): void
}
