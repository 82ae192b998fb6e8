import type { SipMessageView } from './sip.ts'

/** RFC 3261 §20.33: seconds, then perhaps a comment and parameters. Milliseconds; undefined without a readable one. */
export function retryAfterMsOf(response: Pick<SipMessageView, 'header'>): number | undefined {
  const [, seconds] = /^\s*(\d{1,9})(?=$|[\s;(])/.exec(response.header('retry-after') ?? '') ?? []
  return seconds === undefined ? undefined : Number(seconds) * 1_000
}
