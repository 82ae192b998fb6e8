import type { IncomingRequest, SipResponseView, SipSource } from '../domain/sip.ts'
import { readDigestCredentials } from '../identity/digest-credentials.ts'
import { RecentMap } from '../lib/recent-map.ts'

export interface FrontGuessesParts {
  readonly guard: { noteAuthFailure(source: SipSource, username: string): void }
}

/** A phone answers within seconds; of more, those asked longest ago are forgotten. */
const mostNonces = 8_000

/**
 * Counts the passwords that a PBX refuses: all that it sees is the box's address, so that it cannot keep a guesser out.
 * Only who answers a nonce that was brought to his address counts, or forged packets would shut out the innocent; and
 * only until that nonce was good for once, as not every PBX says `stale` of one that has grown old.
 */
export class FrontGuesses {
  readonly #parts: FrontGuessesParts
  /** Nonces of PBXs that nothing right was said to yet, and the address that each was brought to. */
  readonly #untried = new RecentMap<string>(mostNonces)

  constructor(parts: FrontGuessesParts) {
    this.#parts = parts
  }

  /** The PBX has answered a REGISTER so. */
  answered(request: IncomingRequest, answer: SipResponseView): void {
    const { source } = request
    const credentials = ['Authorization', 'Proxy-Authorization']
      .flatMap((name) => request.headers(name))
      .map(readDigestCredentials)
      .find((each) => each && this.#untried.get(each.nonce) === source.address)
    if (credentials) {
      if (isRefusal(answer)) this.#parts.guard.noteAuthFailure(source, credentials.username)
      else this.#untried.delete(credentials.nonce)
    }
    for (const challenge of challengesOf(answer)) {
      const nonce = /\bnonce\s*=\s*"([^"]+)"/i.exec(challenge)?.[1]
      if (nonce !== undefined) this.#untried.set(nonce, source.address)
    }
  }
}

/** Neither to find nor to be let in, other than for a nonce that has grown old. */
function isRefusal(answer: SipResponseView): boolean {
  if (answer.status === 403 || answer.status === 404) return true
  const challenges = challengesOf(answer)
  return challenges.length > 0 && !challenges.some((challenge) => /\bstale\s*=\s*"?true\b/i.test(challenge))
}

function challengesOf(answer: SipResponseView): readonly string[] {
  if (answer.status === 401) return answer.headers('WWW-Authenticate')
  return answer.status === 407 ? answer.headers('Proxy-Authenticate') : []
}
