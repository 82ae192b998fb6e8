import type { HeaderLine, SipRequest, SipResponse } from '../message/message.ts'

const mostRealms = 64
const credentialsOf = new Set(['authorization', 'proxy-authorization'])

/**
 * The realms for which applications here ask for credentials. What a caller sent for one of them has served its purpose and
 * goes no further: whom the call reaches could try passwords on it (RFC 3261 §22.3: consumed by the proxy of that realm;
 * credentials for other realms pass).
 */
export class OwnChallenges {
  readonly #realms = new Set<string>()

  /** A response that an application has sent. */
  learn(response: SipResponse): void {
    if (response.status !== 401 && response.status !== 407) return
    for (const key of ['www-authenticate', 'proxy-authenticate'])
      for (const challenge of response.getAll(key)) this.#keep(realmOf(challenge))
  }

  /** Takes our own callers' credentials out of a request that is about to be forwarded. */
  consume(request: SipRequest): void {
    if (this.#realms.size === 0) return
    const lines = request.headerLines()
    if (!lines.some((line) => this.#isOurs(line))) return
    request.adoptLines(lines.filter((line) => !this.#isOurs(line)))
  }

  #isOurs({ key, value }: HeaderLine): boolean {
    return credentialsOf.has(key) && this.#realms.has(realmOf(value) ?? '')
  }

  #keep(realm: string | undefined): void {
    if (realm === undefined || this.#realms.has(realm)) return
    const [oldest] = this.#realms
    if (oldest !== undefined && this.#realms.size >= mostRealms) this.#realms.delete(oldest)
    this.#realms.add(realm)
  }
}

const realm = /(?:^|[\s,])realm\s*=\s*"((?:[^"\\]|\\.)*)"/i

/** As it is written, escapes included: a caller repeats it as it came. */
function realmOf(value: string): string | undefined {
  return realm.exec(value)?.[1]
}
