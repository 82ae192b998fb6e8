import type { MediaSection } from '../config/sections/media.ts'
import { isWebRtc } from '../domain/web-rtc.ts'
import type { Log } from '../lib/log.ts'
import type { MediaRelay } from './media-relay.ts'
import { type MediaFacts, needsRelay } from './relay-rule.ts'
import { type Dialects, RelayedSession } from './relayed-session.ts'

/** Media that flows between the phones themselves: SDP passes as it is. */
const direct = {
  offer: async (_from: unknown, sdp: string) => sdp,
  answer: async (_from: unknown, sdp: string) => sdp,
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

  session(facts: MediaFacts): RelayedSession | typeof direct {
    if (!this.#relay || !needsRelay(this.#rules.relay, facts)) return direct
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
function dialectsOf({ callerSdp, calleeIsBrowser }: MediaFacts): Dialects {
  const callerIsBrowser = isWebRtc(callerSdp)
  if (!callerIsBrowser && !calleeIsBrowser) return { caller: 'any', callee: 'any' }
  return { caller: callerIsBrowser ? 'webrtc' : 'rtp', callee: calleeIsBrowser ? 'webrtc' : 'rtp' }
}
