import { type Aor, aor, printAor } from '../domain/aor.ts'
import type { IncomingRequest, SipStack } from '../domain/sip.ts'
import { parseDialledUri } from '../domain/sip-uri.ts'
import { type AdmissionRules, admit, proveCaller } from '../edge/admission/admission.ts'
import type { CallRecords } from '../edge/neighbours.ts'
import type { Accounts } from '../identity/accounts.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import type { Bindings } from '../routing/site.ts'
import { Homecoming } from '../subscription/homecoming.ts'
import type { Directory, Door, PbxDesk, Visitor } from '../subscription/neighbours.ts'
import { Publications } from '../subscription/publications.ts'
import { Subscriptions } from '../subscription/subscriptions.ts'
import { UserCalls } from '../subscription/user-calls.ts'
import { pbxUri } from '../survival/health/pbx-uri.ts'
import type { PbxWatch } from '../survival/health/pbx-watch.ts'
import { watchedCalls } from './watched-calls.ts'

export interface SubscriptionServiceParts {
  readonly stack: SipStack
  readonly admission: AdmissionRules
  readonly accounts: Pick<Accounts, 'byAor' | 'homeDomain'>
  readonly phones: Pick<Bindings, 'lookup'>
  readonly pbxs: PbxWatch
  readonly returnPerSecond: number
  /** False where the engine forwards calls, or callers are redirected: who talks is not known then. */
  readonly seesCalls: boolean
  readonly clock: Clock
  readonly log: Log
}

/** Lamps and message waiting: what phones subscribe to, through the box and at it. */
export class SubscriptionService {
  readonly #calls: UserCalls
  readonly #subscriptions: Subscriptions
  readonly #pbxs: PbxWatch
  /** In start order. */
  readonly parts: readonly Part[]

  constructor(parts: SubscriptionServiceParts) {
    const { stack, accounts, pbxs: watch, returnPerSecond: perSecond, clock, log } = parts
    const calls = new UserCalls((user) => accounts.byAor(user)?.aor ?? user)
    const door = doorOf(parts.admission)
    const directory = directoryOf(parts)
    const pbxs: PbxDesk = {
      hasPbx: (domain) => watch.stateOf(domain) !== undefined,
      proxyOf: (domain, user) => {
        const pbx = watch.isInCharge(domain, [user]) ? watch.stateOf(domain) : undefined
        return pbx && pbxUri(pbx)
      },
    }
    this.#calls = calls
    this.#pbxs = watch
    this.#subscriptions = new Subscriptions({ stack, door, directory, pbxs, calls, clock, log })
    const homecoming = new Homecoming({
      subscriptions: this.#subscriptions.list,
      // While it is in doubt nobody gives up for it what he has.
      isHome: ({ facts }) => watch.stateOf(facts.domain, [facts.watcher])?.state === 'normal',
      perSecond,
      clock,
      log,
    })
    watch.onStateChange(({ domain, to }) => {
      if (to === 'survival') this.#subscriptions.pbxIsGone(domain)
    })
    // Without a PBX nobody takes what phones publish: 405, as the Allow of the box says.
    const publications = watch.view().length > 0 ? [new Publications({ stack, door, directory, pbxs })] : []
    this.parts = [...publications, this.#subscriptions, homecoming]
  }

  /** Subscriptions now, by who tells the phone. */
  get counts(): { readonly pbx: number; readonly box: number } {
    const { size } = this.#subscriptions.list
    const box = [...this.#subscriptions.list].filter(({ isFed }) => isFed).length
    return { pbx: size - box, box }
  }

  /** The call records, which tell the lamps who is in a call. */
  records(records: CallRecords): CallRecords {
    return watchedCalls(records, this.#calls)
  }

  /** What a PBX tells a phone unasked. */
  heard(notify: IncomingRequest, pbx: string): void {
    const domain = this.#pbxs.named(pbx)?.domain
    if (domain !== undefined) this.#subscriptions.heard(notify, domain)
  }
}

function doorOf(rules: AdmissionRules): Door {
  return {
    admit: (request) => {
      const admission = admit(request, rules)
      if (admission.kind !== 'admitted') return admission
      const { source, caller, callerIsAuthenticated, grace } = admission
      if (source !== 'phone' || !caller) return { kind: 'other' }
      return {
        kind: 'phone',
        user: caller,
        proof: callerIsAuthenticated ? 'digest' : grace ? 'grace' : 'none',
      }
    },
    prove: (request, claimed): Visitor => {
      const proof = proveCaller(request, claimed, rules)
      if (proof.kind === 'refused') return proof
      return { kind: 'phone', user: proof.caller, proof: proof.kind === 'proven' ? 'digest' : 'grace' }
    },
  }
}

function directoryOf({ accounts, phones, pbxs, seesCalls }: SubscriptionServiceParts): Directory {
  const ownName = (user: Aor) => accounts.byAor(user)?.aor ?? user
  return {
    find: (text) => {
      const uri = parseDialledUri(text)
      if (!uri || uri.scheme === 'tel' || uri.user === '') return undefined
      const name = aor(uri.user, uri.host)
      const domain = accounts.homeDomain(name) ?? pbxs.stateOf(name.domain)?.domain
      return domain === undefined ? undefined : ownName(aor(name.user, domain))
    },
    isKnown: (user) =>
      seesCalls && (accounts.byAor(user) !== undefined || phones.lookup(printAor(user)).length > 0),
  }
}
