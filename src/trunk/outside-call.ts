import type { TrunkEntry } from '../config/sections/trunks.ts'
import { parseAddresses } from '../domain/address-list.ts'
import type { E164 } from '../domain/phone-number.ts'
import { isAnonymous } from './caller-id.ts'
import type { TrunkNumbers } from './trunk-numbers.ts'

/** An INVITE from a trunk, as far as it says who wants whom. */
export interface TrunkRequest {
  readonly uri: string
  header(name: string): string | undefined
  headers(name: string): readonly string[]
}

/** Who calls from a trunk. */
export interface OutsideCaller {
  /** The number as a SIP URI, the From URI as it came when there is none, or the anonymous one. */
  readonly from: string
  /** What P-Asserted-Identity says, whether or not it may be shown. */
  readonly asserted: string | undefined
  readonly withholdsNumber: boolean
}

export const anonymousUri = 'sip:anonymous@anonymous.invalid'

/**
 * Whom the call is for, as a tel URI: of the places in `didFrom` the first with a number of ours, else the first with a
 * number, else the Request-URI as it came.
 */
export function calledUri(
  request: TrunkRequest,
  { didFrom }: Pick<TrunkEntry, 'didFrom'>,
  numbers: TrunkNumbers,
  isOurs: (number: E164) => boolean,
): string {
  const called = didFrom
    .map((place) => numberAt(place, request, numbers))
    .filter((each) => each !== undefined)
  const number = called.find(isOurs) ?? called[0]
  return number === undefined ? request.uri : `tel:${number}`
}

/**
 * The caller as the provider asserts him (RFC 3325), else as From says. Who wants to be unknown is, to everybody behind
 * this box (RFC 3323 §4.2, RFC 3325 §7).
 */
export function outsideCaller(request: TrunkRequest, domain: string, numbers: TrunkNumbers): OutsideCaller {
  const [from = ''] = urisIn(request.header('from') ?? '')
  // RFC 3325 §9.1: a SIP and a tel URI may stand beside each other.
  const asserted = request.headers('p-asserted-identity').flatMap(urisIn)
  const withholdsNumber = asksForPrivacy(request.header('privacy')) || isAnonymous(from)
  if (withholdsNumber) return { from: anonymousUri, asserted: asserted[0], withholdsNumber }
  const number =
    asserted.map((identity) => numbers.read(identity, 'identity')).find((each) => each !== undefined) ??
    numbers.read(from, 'from')
  return {
    from: number === undefined ? from : `sip:${number}@${domain}`,
    asserted: asserted[0],
    withholdsNumber,
  }
}

/** RFC 3323 §4.2, RFC 3325 §9.3: these tokens hide who calls; `none` and `critical` do not. */
export function asksForPrivacy(privacy: string | undefined): boolean {
  const tokens = (privacy ?? '').toLowerCase().split(/[\s;,]+/)
  return ['id', 'user', 'header'].some((token) => tokens.includes(token))
}

function numberAt(
  place: TrunkEntry['didFrom'][number],
  request: TrunkRequest,
  numbers: TrunkNumbers,
): E164 | undefined {
  switch (place) {
    case 'request-uri':
      return numbers.read(request.uri, 'requestUri')
    case 'to':
      return readOptional(request.header('to'), 'to', numbers)
    case 'p-called-party-id':
      return readOptional(request.header('p-called-party-id'), 'requestUri', numbers)
  }
}

function readOptional(
  text: string | undefined,
  header: 'to' | 'requestUri',
  numbers: TrunkNumbers,
): E164 | undefined {
  return text === undefined ? undefined : numbers.read(text, header)
}

function urisIn(line: string): string[] {
  return (parseAddresses(line) ?? []).map(({ uri }) => uri)
}
