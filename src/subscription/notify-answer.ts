import type { SipResponseView } from '../domain/sip.ts'

/** RFC 6665 §4.2.2: after these answers to NOTIFY the subscription is gone. */
const fatal = new Set([404, 405, 408, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604])
const longestRestSeconds = 300

/** What the phone's answer to a NOTIFY means for its subscription. */
export type NotifyAnswer =
  | { readonly kind: 'taken' }
  | { readonly kind: 'not-now'; readonly restMs: number }
  | { readonly kind: 'gone' }

export function readNotifyAnswer(response: SipResponseView): NotifyAnswer {
  if (response.status < 300) return { kind: 'taken' }
  const seconds = Number.parseInt(response.header('retry-after') ?? '', 10)
  if (fatal.has(response.status) || Number.isNaN(seconds)) return { kind: 'gone' }
  return { kind: 'not-now', restMs: Math.min(Math.max(seconds, 1), longestRestSeconds) * 1_000 }
}
