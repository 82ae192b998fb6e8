import { parseDialledUri } from '../../domain/sip-uri.ts'

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
  readonly #isEmergency: (digits: string) => boolean

  /** An emergency number stays whole, also where it begins like a prefix; it hides nothing in any case. */
  constructor({ withholdPrefix, showPrefix }: WishDigits, isEmergency: (digits: string) => boolean) {
    this.#withhold = patternOf(withholdPrefix)
    this.#show = patternOf(showPrefix)
    this.#isEmergency = isEmergency
  }

  read(requestUri: string): WishRead {
    const asItIs = { requestUri, withholdsNumber: undefined }
    const pattern = [this.#withhold, this.#show].find((each) => each?.test(requestUri))
    if (!pattern || this.#isEmergency(digitsOf(requestUri))) return asItIs
    return { requestUri: requestUri.replace(pattern, '$1'), withholdsNumber: pattern === this.#withhold }
  }
}

function digitsOf(requestUri: string): string {
  const uri = parseDialledUri(requestUri)
  return uri?.scheme === 'tel' ? uri.number : (uri?.user ?? '')
}

/** `#` has to be escaped in a URI, `*` may be (RFC 3261 §25.1). */
const spellings: Readonly<Record<string, string>> = { '#': '(?:#|%23)', '*': '(?:\\*|%2[aA])' }

function patternOf(digits: string): RegExp | undefined {
  if (digits === '') return undefined
  const escaped = [...digits].map((digit) => spellings[digit] ?? digit).join('')
  return new RegExp(`^(sips?:|tel:)${escaped}(?=[^@])`, 'i')
}
