import type { SipHeaders, SipMessageView } from './sip.ts'

/** Those of the named headers that a message has, all lines of each. */
export function pickedHeaders(message: SipMessageView, names: readonly string[]): SipHeaders {
  const picked: Record<string, readonly string[]> = {}
  for (const name of names) {
    const values = message.headers(name)
    if (values.length > 0) picked[name] = values
  }
  return picked
}
