import type { E164 } from '../../domain/phone-number.ts'
import type { CallQuestion, RouteTarget } from '../../domain/route.ts'
import { nameAddr, readNameAddr } from '../name-addr.ts'
import { type DisplayNames, fromOf } from './caller-name.ts'
import type { LegPreparer, PreparedLeg } from './prepared-leg.ts'

/** How numbers outside are shown on the site's phones. */
export interface NumbersOnPhones {
  onPhone(number: E164): string
}

/** Legs to phones of this box: to the registered contact, by the way that the registration came (RFC 3327, NAT). */
export class PhoneLegs implements LegPreparer {
  readonly #names: DisplayNames
  readonly #numbers: NumbersOnPhones

  constructor(names: DisplayNames, numbers: NumbersOnPhones) {
    this.#names = names
    this.#numbers = numbers
  }

  prepare(target: RouteTarget, question: CallQuestion, displayName: string | undefined): PreparedLeg {
    const proxy = target.proxy === undefined ? undefined : uriOf(target.proxy)
    return {
      uri: target.uri,
      proxy,
      from: fromOf({ ...question, from: this.#shown(question.from) }, displayName, this.#names),
      to: nameAddr(target.label),
      headers: {},
      isBehindNat: proxy !== undefined && hostOf(proxy) !== hostOf(target.uri),
      isBrowser: isWebSocket(proxy ?? target.uri),
      release: () => undefined,
    }
  }

  /** A caller by his number, so that a phone can call back out of its list. */
  #shown(from: string): string {
    return from.replace(/^(sips?:)(\+\d{3,15})(?=@)/, (_, scheme: string, number: string) => {
      return scheme + this.#numbers.onPhone(number)
    })
  }
}

// RFC 7118: who can open sockets does not need WebSockets.
function isWebSocket(uri: string): boolean {
  return /;transport=wss?(;|$)/i.test(uri)
}

/** A Path value is a name-addr; a bare URI keeps its parameters. */
function uriOf(proxy: string): string {
  return proxy.includes('<') ? readNameAddr(proxy).uri : proxy
}

function hostOf(uri: string): string | undefined {
  return /^sips?:(?:[^@]*@)?(\[[^\]]+\]|[^:;?>]+)/i.exec(uri)?.[1]?.toLowerCase()
}
