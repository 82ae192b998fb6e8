import { type CallRate, priceOf } from '../domain/call-rate.ts'
import { lineRate } from '../domain/line-rate.ts'
import type { E164 } from '../domain/phone-number.ts'
import type { FoundService, PstnService } from '../domain/service-record.ts'
import type { Option } from './options.ts'
import type { TrunkCandidate } from './site.ts'

/** A way into the telephone network: a trunk of this box, or another box's. */
export interface Line {
  readonly option: Option
  readonly isOwn: boolean
  /** It failed a moment ago. */
  readonly isResting: boolean
  /** Digits of the number that it is made for; 0: for the world. */
  readonly closeness: number
  /** Of a call of usual length, in thousandths of the currency unit. */
  readonly price: number
}

const usualCallMs = 180_000

/** `uri` is what the trunk is to dial, `tel:+49…`. */
export function trunkLine(trunk: TrunkCandidate, uri: string, outsideNumber: string): Line {
  const { name, prefix, rate, healthy, free } = trunk
  const standing = healthy ? 'well' : 'resting after failures, tried last'
  return {
    option: {
      path: 'trunk',
      uri,
      proxy: undefined,
      label: name,
      outsideNumber,
      rate,
      why: `${standing}, for ${prefix === '+' ? 'any number' : prefix}, ${rateText(rate)}, ${free} channels free`,
    },
    isOwn: true,
    isResting: !healthy,
    closeness: prefix.length - 1,
    price: priceOf(rate, usualCallMs),
  }
}

export function serviceLine(
  { peerName, service }: FoundService<PstnService>,
  number: E164,
  isResting: boolean,
): Line {
  const rate = lineRate(service, number)
  const standing = isResting ? 'failed a moment ago, tried last' : 'another box offers a line'
  return {
    option: {
      path: 'overlay',
      uri: `sip:${number}@${peerName};user=phone`,
      proxy: undefined,
      label: peerName,
      outsideNumber: number,
      rate,
      why: `${standing}, ${rateText(rate)}, ${service.channelsFree} channels free`,
    },
    isOwn: false,
    isResting,
    closeness: 0,
    price: priceOf(rate, usualCallMs),
  }
}

/** `12 a minute + 50 a call`. */
export function rateText({ perMinute, setup, stepSeconds }: CallRate): string {
  const parts = [`${perMinute} a minute`]
  if (setup > 0) parts.push(`${setup} a call`)
  const steps = stepSeconds > 1 && perMinute > 0 ? ` in steps of ${stepSeconds} s` : ''
  return `${parts.join(' + ')}${steps}`
}
