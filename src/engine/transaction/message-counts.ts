import type { SipMessage } from '../message/message.ts'

const methods = [
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'OPTIONS',
  'REGISTER',
  'PRACK',
  'UPDATE',
  'INFO',
  'MESSAGE',
  'SUBSCRIBE',
  'NOTIFY',
  'PUBLISH',
  'REFER',
] as const
const classes = ['0xx', '1xx', '2xx', '3xx', '4xx', '5xx', '6xx'] as const

/** Messages by kind: a method, `other`, or a class of responses such as `2xx`. */
export type CountsByKind = Record<string, number>

export function noCounts(): CountsByKind {
  const counts: CountsByKind = { other: 0 }
  for (const kind of [...methods, ...classes.slice(1)]) counts[kind] = 0
  return counts
}

export function countMessage(counts: CountsByKind, message: SipMessage): void {
  const kind = message.isRequest ? message.method : (classes[Math.trunc(message.status / 100)] ?? 'other')
  // The far end chooses the method: unknown ones share a counter.
  const known = counts[kind]
  if (known === undefined) counts.other = (counts.other ?? 0) + 1
  else counts[kind] = known + 1
}
