import type { MediaSection } from '../config/sections/media.ts'
import type { Log } from '../lib/log.ts'
import type { MediaRelay } from './media-relay.ts'
import { type MediaFacts, needsRelay } from './relay-rule.ts'
import { RelayedSession } from './relayed-session.ts'

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
    return new RelayedSession(this.#relay, facts.callId, this.#rules.whenRelayFails, this.#log)
  }
}
