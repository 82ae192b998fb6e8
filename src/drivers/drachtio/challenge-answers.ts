import type { DigestAccount, SipHeaders, SipResponseView } from '../../domain/sip.ts'
import { type ChosenChallenge, chooseChallenge, digestCredentials } from './digest-answer.ts'

/** Two servers on the way ask once each, and one of them finds its nonce too old meanwhile. */
const mostAnswers = 3

/**
 * The challenges that one request meets on its way (RFC 3261 §22.3): an outbound proxy and the registrar behind it may
 * each want credentials, and the registrar sees the request only with those for the proxy in it.
 */
export class ChallengeAnswers {
  readonly #account: DigestAccount
  readonly #met = new Map<string, { readonly challenge: ChosenChallenge; uses: number }>()
  #left = mostAnswers

  constructor(account: DigestAccount) {
    this.#account = account
  }

  /** Whether the request may be sent again: false when the challenge cannot be answered, or was answered in vain. */
  take(response: SipResponseView): boolean {
    const challenge = chooseChallenge(response)
    if (!challenge || this.#left === 0) return false
    const key = `${challenge.header} ${challenge.realm}`
    // Who asks again for any other reason than the age of the nonce does not like the password (RFC 7616 §3.3).
    if (this.#met.has(key) && !challenge.isStale) return false
    this.#left--
    this.#met.set(key, { challenge, uses: 0 })
    return true
  }

  /** Credentials for all that have asked, made for the next request. */
  headers(method: string, uri: string): SipHeaders {
    const question = { method, uri, account: this.#account }
    const headers: Record<string, string[]> = {}
    for (const met of this.#met.values()) {
      const { header } = met.challenge
      headers[header] = [...(headers[header] ?? []), digestCredentials(met.challenge, question, ++met.uses)]
    }
    return headers
  }
}
