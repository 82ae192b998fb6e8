import type { CallQuestion, EmergencyCall } from '../../domain/route.ts'
import type { Log } from '../../lib/log.ts'
import { Bridge, type BridgeEvents, type Parting } from '../bridge.ts'
import type { CallLog } from '../call-log.ts'
import type { MediaSession, MediaSide } from '../neighbours.ts'
import type { CallUnderWay, HeldLeg, Party } from './transferable-call.ts'

export type OnRefer = (call: CallUnderWay, ...refer: Parameters<BridgeEvents['onRefer']>) => void

export interface Joined {
  readonly question: CallQuestion
  readonly callLog: CallLog
  readonly parties: Readonly<Record<MediaSide, Party>>
  readonly legs: Readonly<Record<MediaSide, HeldLeg>>
  readonly media: MediaSession
  readonly onRefer: OnRefer
}

export function isOn(trunk: string, { path, label }: Pick<Party, 'path' | 'label'>): boolean {
  return path === 'trunk' && label === trunk
}

/** Two legs that have left their former calls and now talk to each other. */
export class JoinedCall implements CallUnderWay {
  readonly bridge: Bridge
  readonly #joined: Joined
  readonly #held: Set<MediaSide> = new Set(['caller', 'callee'])
  readonly #over = Promise.withResolvers<void>()

  constructor(joined: Joined, log: Log) {
    this.#joined = joined
    const { caller, callee } = joined.legs
    const limits = [caller.ends, callee.ends].filter((signal) => signal !== undefined)
    const ends = limits.length > 0 ? AbortSignal.any(limits) : undefined
    this.bridge = new Bridge(
      { caller: caller.dialog, callee: callee.dialog, media: joined.media, ends },
      {
        onEnd: (...end) => this.#onEnd(...end),
        onRefer: (side, request) => joined.onRefer(this, side, request),
      },
      log,
    )
  }

  get question(): CallQuestion {
    return this.#joined.question
  }

  get callLog(): CallLog {
    return this.#joined.callLog
  }

  get over(): Promise<void> {
    return this.#over.promise
  }

  party(side: MediaSide): Party {
    return this.#joined.parties[side]
  }

  handOver(side: MediaSide, parting?: Parting): HeldLeg {
    this.#held.delete(side) // it takes along what it holds
    const dialog = this.bridge.handOver(side, parting)
    const { ends } = this.#joined.legs[side]
    return { dialog, ends, release: () => this.#joined.legs[side].release() }
  }

  get emergency(): EmergencyCall | undefined {
    return this.party('caller').emergency ?? this.party('callee').emergency
  }

  hangUp(cause: string, _status?: number, reason?: string): Promise<void> {
    return this.bridge.hangUp(cause, reason)
  }

  occupies(trunk: string): boolean {
    return [...this.#held].some((side) => isOn(trunk, this.party(side)))
  }

  pbxIsGone(): void {
    // Nothing is being tried any more.
  }

  #onEnd(...[by, cause, q850]: Parameters<BridgeEvents['onEnd']>): void {
    for (const side of this.#held) this.#joined.legs[side].release()
    this.#held.clear()
    this.callLog.ended({ status: 200, by, cause, q850 })
    this.#over.resolve()
  }
}
