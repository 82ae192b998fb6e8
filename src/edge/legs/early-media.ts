import type { LegPolicy } from '../../domain/leg-policy.ts'
import type { SipHeaders, SipResponseView } from '../../domain/sip.ts'

type Rule = Pick<LegPolicy, 'earlyMedia'> | undefined

/** RFC 5009 §6: a far end that hears of it says whether what it sends before the answer is to be played. */
export function askedEarlyMedia(rule: Rule): SipHeaders {
  if (!rule) return {}
  return { 'P-Early-Media': rule.earlyMedia === 'pass' ? 'supported' : [] }
}

/** A provisional response as the caller is to see it: a plain 180 when it shall hear its own ringing tone. */
export function earlyMediaUnder(rule: Rule, response: SipResponseView): SipResponseView {
  const isHeldBack = rule?.earlyMedia === 'hold-back' && (response.status === 183 || response.body !== '')
  return isHeldBack || isUnauthorized(response) ? new PlainRinging(response) : response
}

/** RFC 5009 §8: `inactive` and `recvonly` mean that the media towards the caller is not to be played. */
function isUnauthorized(response: SipResponseView): boolean {
  const direction = response.header('P-Early-Media') ?? ''
  return response.body !== '' && /^\s*(?:inactive|recvonly)\b/i.test(direction)
}

const ofTheMedia = /^(?:content-.*|p-early-media|mime-version)$/i

class PlainRinging implements SipResponseView {
  readonly status = 180
  readonly reason = 'Ringing'
  readonly body = ''
  readonly #response: SipResponseView

  constructor(response: SipResponseView) {
    this.#response = response
  }

  header(name: string): string | undefined {
    return this.headers(name)[0]
  }

  headers(name: string): readonly string[] {
    return ofTheMedia.test(name) ? [] : this.#response.headers(name)
  }
}
