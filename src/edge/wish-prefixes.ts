/** What callers dial before a number to hide or show their own for one call; empty: there is no such prefix. */
export interface WishDigits {
  readonly withholdPrefix: string
  readonly showPrefix: string
}

export interface WishRead {
  /** Without the prefix. */
  readonly requestUri: string
  /** Undefined when the caller dialled no such prefix. */
  readonly withholdsNumber: boolean | undefined
}

/** Takes such a prefix off a Request-URI. */
export class WishPrefixes {
  readonly #withhold: RegExp | undefined
  readonly #show: RegExp | undefined

  constructor({ withholdPrefix, showPrefix }: WishDigits) {
    this.#withhold = patternOf(withholdPrefix)
    this.#show = patternOf(showPrefix)
  }

  read(requestUri: string): WishRead {
    if (this.#withhold?.test(requestUri)) {
      return { requestUri: requestUri.replace(this.#withhold, '$1'), withholdsNumber: true }
    }
    if (this.#show?.test(requestUri)) {
      return { requestUri: requestUri.replace(this.#show, '$1'), withholdsNumber: false }
    }
    return { requestUri, withholdsNumber: undefined }
  }
}

/** `#` has to be escaped in a URI, `*` may be (RFC 3261 §25.1). */
const spellings: Readonly<Record<string, string>> = { '#': '(?:#|%23)', '*': '(?:\\*|%2[aA])' }

function patternOf(digits: string): RegExp | undefined {
  if (digits === '') return undefined
  const escaped = [...digits].map((digit) => spellings[digit] ?? digit).join('')
  return new RegExp(`^(sips?:|tel:)${escaped}(?=[^@])`, 'i')
}
