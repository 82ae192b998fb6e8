import type { MediaSection } from '../config/sections/media.ts'
import type { LegPolicy } from '../domain/leg-policy.ts'
import { isWebRtc } from '../domain/web-rtc.ts'
import type { Log } from '../lib/log.ts'
import { dialectOf, type MediaDialect } from './media-dialect.ts'
import type { MediaRelay } from './media-relay.ts'
import type { MediaSession } from './media-session.ts'
import { PolicedSession } from './policed-session.ts'
import { type MediaFacts, needsConversion, needsRelay } from './relay-rule.ts'
import { type Dialects, RelayedSession } from './relayed-session.ts'

/** Media that flows between the phones themselves: SDP passes as it is. */
const direct: MediaSession = {
  offer: async (_from, sdp) => sdp,
  answer: async (_from, sdp) => sdp,
  end: () => undefined,
}

/** Decides for each pair of legs whether its media goes through the relay. */
export class CallMedia {
  readonly #relay: MediaRelay | undefined
  readonly #rules: Pick<MediaSection, 'relay' | 'whenRelayFails'>
  readonly #log: Log

  constructor(
    relay: MediaRelay | undefined,
    rules: Pick<MediaSection, 'relay' | 'whenRelayFails'>,
    log: Log,
  ) {
    this.#relay = relay
    this.#rules = rules
    this.#log = log
  }

  session(facts: MediaFacts): MediaSession {
    const { callerPolicy, calleePolicy, remark = () => undefined } = facts
    const way = this.#way(facts)
    if (!callerPolicy && !calleePolicy) return way
    return new PolicedSession(way, { caller: callerPolicy, callee: calleePolicy }, remark)
  }

  #way(facts: MediaFacts): MediaSession {
    if (!this.#relay || !(needsRelay(this.#rules.relay, facts) || needsConversion(facts))) return direct
    return new RelayedSession(
      this.#relay,
      facts.callId,
      dialectsOf(facts),
      this.#rules.whenRelayFails,
      this.#log,
    )
  }
}

/** Phones among themselves may speak what they like, encrypted or not. */
function dialectsOf(facts: MediaFacts): Dialects {
  const { callerSdp, calleeSdp, calleeIsBrowser, callerPolicy, calleePolicy } = facts
  const callerIsBrowser = isWebRtc(callerSdp)
  if (!callerIsBrowser && !calleeIsBrowser && !needsConversion(facts)) return { caller: 'any', callee: 'any' }
  return {
    caller: wanted(callerPolicy) ?? dialectOf(callerSdp),
    callee: wanted(calleePolicy) ?? (calleeIsBrowser ? 'webrtc' : dialectOf(calleeSdp ?? '')),
  }
}

function wanted(policy: LegPolicy | undefined): MediaDialect | undefined {
  if (policy?.srtp === 'required') return 'srtp'
  return policy?.srtp === 'never' ? 'rtp' : undefined
}
