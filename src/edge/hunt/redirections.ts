import { type Aor, parseAor, printAor } from '../../domain/aor.ts'
import { readContacts } from '../../domain/contact-header.ts'
import type { DecisionStep } from '../../domain/decision-record.ts'
import type { E164 } from '../../domain/phone-number.ts'
import type { CallQuestion, RouteTarget } from '../../domain/route.ts'
import type { SipHeaders, SipResponseView } from '../../domain/sip.ts'
import type { FailedLeg } from '../legs/outgoing-leg.ts'
import type { Router } from '../neighbours.ts'
import { type Diversion, diversionHeaders, type PassedDiversions } from './diversion-headers.ts'
import { untriedTargets } from './untried-targets.ts'

export interface RedirectionParts {
  readonly question: CallQuestion
  /** The targets of the call before anybody sent it elsewhere. */
  readonly targets: readonly RouteTarget[]
  /** What the call says of diversions at boxes before this one. */
  readonly passed: PassedDiversions
  readonly router: Router
  /** The number of a user of ours, for the world outside. */
  numberOf(user: Aor): E164 | undefined
  now(): number
}

/** Why a target is tried: a phone has named it in its place. */
export interface Redirection {
  /** Asked in the name of the user whose phone it was: he pays, with his rights and limits. */
  readonly question: CallQuestion
  /** For an INVITE to such a target: RFC 5806, RFC 7044. */
  readonly headers: SipHeaders
}

interface Named {
  readonly user: Aor
  readonly uri: string
  /** The target whose phone named it. */
  readonly from: RouteTarget
}

// 305 would hand a proxy of a stranger's choice our calls, and 380 is no place (RFC 3261 §21.3).
const followed = new Set([300, 301, 302])
/** Of one call, whoever redirects it. */
const mostRedirects = 5

/** Where phones of ours send a call on (RFC 3261 §8.1.3.4), and in whose name. Nobody else's redirections are followed. */
export class Redirections {
  readonly #parts: RedirectionParts
  readonly #tried: RouteTarget[]
  readonly #of = new WeakMap<RouteTarget, Redirection & { readonly path: readonly Diversion[] }>()
  #count = 0

  constructor(parts: RedirectionParts) {
    this.#parts = parts
    this.#tried = [...parts.targets]
  }

  /** What made a target part of the call; undefined for those of its own route. */
  of(target: RouteTarget): Redirection | undefined {
    return this.#of.get(target)
  }

  /** The targets that a phone named instead of itself, in their order, none of which was tried before. */
  async follow({ target, status, response }: FailedLeg): Promise<{
    readonly targets: readonly RouteTarget[]
    readonly steps: readonly DecisionStep[]
  }> {
    const user = target.path === 'phone' ? parseAor(target.label) : undefined
    const isPbx = this.#parts.question.source === 'pbx'
    if (!user || !response || !followed.has(status) || isPbx) return { targets: [], steps: [] }
    const targets: RouteTarget[] = []
    const steps: DecisionStep[] = []
    for (const uri of namedIn(response.headers('contact'))) {
      const isAllowed = this.#count < mostRedirects
      steps.push(this.#step(user, uri, status, isAllowed))
      if (!isAllowed) break
      this.#count += 1
      const plan = await this.#plan({ user, uri, from: target }, steps)
      // Of several plans one route: each keeps its order, and none rings beside another.
      const first = (targets.at(-1)?.group ?? -1) + 1
      targets.push(...plan.map((each) => Object.assign(each, { group: first + each.group })))
    }
    return { targets, steps }
  }

  async #plan({ user, uri, from }: Named, steps: DecisionStep[]): Promise<RouteTarget[]> {
    const question = this.#questionOf(user, uri)
    const route = await this.#parts.router.route(question)
    steps.push(...route.steps)
    const path = [...(this.#of.get(from)?.path ?? []), { by: user, to: uri }]
    const targets = untriedTargets(route.plan, this.#tried)
      // A PBX asks the phone for its password, and here nobody could answer; or it trusts this box, and nobody would pay.
      .filter((target) => target.path !== 'pbx')
      .map((target) => ({ ...target }))
    for (const target of targets) {
      const headers = diversionHeaders(path, this.#parts.passed, this.#nameFor(target))
      this.#of.set(target, { question, headers, path })
    }
    this.#tried.push(...targets)
    return targets
  }

  #questionOf(user: Aor, requestUri: string): CallQuestion {
    const { callId, from } = this.#parts.question
    return {
      callId,
      source: 'phone',
      sourceLabel: `${user.user}@${user.domain}`,
      caller: user,
      callerIsAuthenticated: true,
      from,
      requestUri,
      divertedBy: user,
      at: this.#parts.now(),
    }
  }

  /** Outside a user is known by his number, or not at all. */
  #nameFor({ outsideNumber }: RouteTarget): (user: Aor) => string | undefined {
    if (outsideNumber === undefined) return printAor
    return (user) => {
      const number = this.#parts.numberOf(user)
      return number && `tel:${number}`
    }
  }

  #step(user: Aor, uri: string, status: number, isAllowed: boolean): DecisionStep {
    return {
      atMs: Math.max(0, this.#parts.now() - this.#parts.question.at),
      step: 'redirect',
      asked: `${printAor(user)} sends the call to ${uri}`,
      answer: String(status),
      tookMs: 0,
      why: isAllowed
        ? 'planned anew as a call of that user, who pays for it'
        : `the call was sent on ${mostRedirects} times`,
    }
  }
}

/** The Contact of a redirection that a PBX is to see: it follows by its own rules. Undefined for all other answers. */
export function redirectForPbx(
  { source }: Pick<CallQuestion, 'source'>,
  response: SipResponseView,
): SipHeaders | undefined {
  return source === 'pbx' && followed.has(response.status)
    ? { Contact: response.headers('contact') }
    : undefined
}

/** By preference (RFC 3261 §20.10); a header in a URI of a stranger is not sent. */
function namedIn(contacts: readonly string[]): string[] {
  return readContacts(contacts)
    .filter(({ uri }) => /^(sips?|tel):/i.test(uri))
    .map(({ uri, parameters }) => ({ uri: uri.replace(/\?.*$/, ''), q: Number(parameters.get('q') ?? 1) }))
    .sort((a, b) => b.q - a.q)
    .map(({ uri }) => uri)
}
