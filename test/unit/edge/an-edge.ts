import { type Aor, aor } from '../../../src/domain/aor.ts'
import type { CallRecord } from '../../../src/domain/call-record.ts'
import type { DecisionRecord } from '../../../src/domain/decision-record.ts'
import type { CallQuestion, RoutePlan, RouteTarget } from '../../../src/domain/route.ts'
import { WishPrefixes } from '../../../src/edge/admission/wish-prefixes.ts'
import { CallHandler, type CallHandlerParts } from '../../../src/edge/call-handler.ts'
import { DomainLegs } from '../../../src/edge/legs/domain-legs.ts'
import { LegsByPath } from '../../../src/edge/legs/legs-by-path.ts'
import { OverlayLegs } from '../../../src/edge/legs/overlay-legs.ts'
import { PbxLegs } from '../../../src/edge/legs/pbx-legs.ts'
import { PhoneLegs } from '../../../src/edge/legs/phone-legs.ts'
import type { PreparedLeg } from '../../../src/edge/legs/prepared-leg.ts'
import { readNameAddr } from '../../../src/edge/name-addr.ts'
import type { CallerGrace, CallerVerdict, PbxOutcome } from '../../../src/edge/neighbours.ts'
import { OtherRequests } from '../../../src/edge/other-requests.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { FakeSipStack } from '../../support/fake-sip-stack.ts'

export function target(more: Partial<RouteTarget> = {}): RouteTarget {
  return {
    path: 'phone',
    uri: 'sip:202@192.0.2.8:5062',
    proxy: undefined,
    label: 'sip:202@site-a.example',
    group: 0,
    callerMustBeAuthenticated: false,
    why: 'test',
    ...more,
  }
}

export function targets(...list: readonly RouteTarget[]): RoutePlan {
  return { kind: 'targets', targets: list, why: 'test' }
}

/** An edge whose neighbours are values that the test changes. */
export class AnEdge {
  readonly stack = new FakeSipStack()
  readonly clock = new FakeClock(1_000_000)
  readonly records = {
    began: [] as CallRecord[],
    answered: [] as CallRecord[],
    forgotten: [] as string[],
    ended: [] as CallRecord[],
  }
  readonly decisions: DecisionRecord[] = []
  /** Name of the PBX, what was seen of it, and for how long it wants to be left alone. */
  readonly witnessed: (readonly [string, PbxOutcome, number?])[] = []
  readonly questions: CallQuestion[] = []
  /** What the router says when it is asked to look again. */
  planAfresh: RoutePlan | undefined
  readonly authFailures: string[] = []
  plan: RoutePlan = targets(target())
  verdict: CallerVerdict = { kind: 'authenticated', caller: aor('201', 'site-a.example'), owns: () => true }
  guardSays: 'ok' | 'banned' | 'too-fast' = 'ok'
  pbxInCharge = true
  grace: CallerGrace = { answerTo: () => ({ kind: 'unknown' }) }
  isEmergency = false
  isUrgent = false
  /** How long the media takes to answer. */
  mediaAnswers: Promise<void> = Promise.resolve()
  trunkLegs = { open: 0, released: 0 }
  linkFails = false
  readonly handler: CallHandler
  readonly others: OtherRequests

  constructor(more: Partial<CallHandlerParts> = {}) {
    const parts = { ...this.#parts(), ...more }
    this.handler = new CallHandler(parts)
    this.others = new OtherRequests({ ...parts, stack: this.stack })
    void this.handler.start()
    void this.others.start()
  }

  /** 201 of site-a.example calls. */
  phoneCalls(
    more: { readonly uri?: string; readonly headers?: Record<string, string>; readonly body?: string } = {},
  ) {
    return this.stack.receiveInvite({
      uri: 'sip:202@site-a.example',
      ...more,
      headers: { from: '"Anna" <sip:201@site-a.example>;tag=1', ...more.headers },
    })
  }

  #parts(): CallHandlerParts {
    const names = { displayNameOf: (user: Aor) => (user.user === '201' ? 'Anna A.' : undefined) }
    const links = {
      linkTo: async () => {
        if (this.linkFails) throw new Error('no link')
        return { address: '127.0.0.1', port: 4711 }
      },
      ownNameFor: () => 'me.peer.overlay.example',
    }
    return {
      stack: this.stack,
      clock: this.clock,
      log: silentLog,
      ringMs: 60_000,
      maxCalls: 10,
      isUrgent: () => this.isUrgent,
      isCallback: ({ requestUri }) => requestUri === 'tel:+49301234500',
      boxId: 'box',
      links,
      calledUri: (_trunk, invite) => invite.uri,
      callers: {
        callerOf: (_trunk, invite) => ({
          from: readNameAddr(invite.header('from') ?? '').uri,
          asserted: undefined,
          withholdsNumber: false,
        }),
        wishes: new WishPrefixes({ withholdPrefix: '*31#', showPrefix: '#31#' }, () => false),
      },
      takeIncoming: () => () => undefined,
      numberOf: () => undefined,
      transferRules: { mayConnectOutside: () => undefined },
      forwardTo: () => undefined,
      redirectTo: () => undefined,
      admission: {
        isPbxInCharge: () => this.pbxInCharge,
        isEmergencyOf: () => this.isEmergency,
        authentication: { check: () => this.verdict },
        grace: { answerTo: (...asked) => this.grace.answerTo(...asked) },
        guard: {
          admit: () => this.guardSays,
          noteAuthFailure: ({ address }) => this.authFailures.push(address),
          noteAuthSuccess: () => undefined,
        },
        neighbourhood: {
          peerOfLink: (port) => (port === 4999 ? 'other.peer.overlay.example' : undefined),
          pbxOf: ({ address }) => (address === '192.0.2.50' ? 'office' : undefined),
          trunkOf: ({ address }) => (address === '192.0.2.60' ? 'carrier' : undefined),
          homeDomain: ({ domain }) => (/^(site-a|pbx)\.example$/.test(domain) ? domain : undefined),
          isPbxDomain: (domain) => domain === 'pbx.example',
          userAt: ({ address }) => (address === '192.0.2.77' ? 'sip:203@site-a.example' : undefined),
        },
      },
      router: {
        route: async (question, isAfresh) => {
          this.questions.push(question)
          return { plan: (isAfresh && this.planAfresh) || this.plan, steps: [] }
        },
      },
      legs: new LegsByPath({
        phone: new PhoneLegs(names, { onPhone: (number) => number }),
        domain: new DomainLegs(names),
        overlay: new OverlayLegs(links, names, { callerIdOf: () => undefined, withholdsNumber: () => false }),
        pbx: new PbxLegs(),
        trunk: { prepare: (each) => this.#trunkLeg(each.uri) },
      }),
      media: {
        session: () => ({
          offer: async (_, sdp) => sdp,
          answer: async (_, sdp) => {
            await this.mediaAnswers
            return sdp
          },
          end: () => undefined,
        }),
      },
      witness: {
        saw: (pbx, outcome, { retryAfterMs } = {}) =>
          this.witnessed.push(retryAfterMs === undefined ? [pbx, outcome] : [pbx, outcome, retryAfterMs]),
      },
      records: {
        began: (record) => this.records.began.push(record),
        changed: (record) => {
          if (record.answeredAt !== undefined) this.records.answered.push(record)
        },
        forgotten: (id) => this.records.forgotten.push(id),
        ended: (record) => this.records.ended.push(record),
      },
      decisions: { keep: (record) => this.decisions.push(record) },
    }
  }

  #trunkLeg(uri: string): PreparedLeg {
    this.trunkLegs.open += 1
    const release = () => {
      this.trunkLegs.released += 1
    }
    return { uri, from: '<sip:+4930@carrier.example>', headers: {}, release }
  }
}
