import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { RecordKind } from '../overlay.ts'
import type { PeerCalls } from '../protocol/peer-calls.ts'
import type { PeerId } from '../protocol/peer-id.ts'
import { mostChangesPerMessage } from '../protocol/peer-message.ts'

interface Change {
  readonly kind: RecordKind
  readonly resource: string
}

interface Outbox {
  readonly changes: Map<string, Change>
  readonly pause: Timer
}

const pauseMilliseconds = 200
const answerWithin = 2_000
/** More for one box are let go: what it remembers ends by itself after half a minute. */
const mostWaiting = 1_024

/** Tells boxes that asked lately what has changed: the first change at once, then at most five messages a second. */
export class ChangeNotices {
  readonly #calls: PeerCalls
  readonly #clock: Clock
  readonly #log: Log
  /** Boxes that were told something a moment ago. */
  readonly #pausing = new Map<PeerId, Outbox>()

  constructor(calls: PeerCalls, clock: Clock, log: Log) {
    this.#calls = calls
    this.#clock = clock
    this.#log = log
  }

  tell(peer: PeerId, kind: RecordKind, resource: string): void {
    const outbox = this.#pausing.get(peer)
    if (!outbox) this.#send(peer, [{ kind, resource }])
    else if (outbox.changes.size < mostWaiting) outbox.changes.set(`${kind} ${resource}`, { kind, resource })
  }

  stop(): void {
    for (const { pause } of this.#pausing.values()) pause.cancel()
    this.#pausing.clear()
  }

  #send(peer: PeerId, changes: readonly Change[]): void {
    const pause = this.#clock.after(pauseMilliseconds, () => this.#goOn(peer))
    const rest = changes.slice(mostChangesPerMessage)
    const waiting = new Map(rest.map((change) => [`${change.kind} ${change.resource}`, change]))
    this.#pausing.set(peer, { changes: waiting, pause })
    const entries = changes.slice(0, mostChangesPerMessage)
    this.#calls.ask(peer, { type: 'changed', entries }, 'noted', answerWithin).catch((error: Error) => {
      this.#log.debug({ peer, reason: error.message }, 'a box could not be told of a change')
    })
  }

  #goOn(peer: PeerId): void {
    const outbox = this.#pausing.get(peer)
    this.#pausing.delete(peer)
    if (outbox && outbox.changes.size > 0) this.#send(peer, [...outbox.changes.values()])
  }
}
