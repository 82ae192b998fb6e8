import type { Clock } from '../../lib/clock.ts'
import { RecentMap } from '../../lib/recent-map.ts'
import type { AmiField, AmiMessage } from './ami-message.ts'
import type { AmiSession } from './ami-session.ts'
import { AmiTrouble } from './ami-trouble.ts'

/** A call that Asterisk is to place: to `channel`, and once that has answered on with the dialplan. */
export interface OriginateOrder {
  /** `PJSIP/201`, `Local/201@phones` */
  readonly channel: string
  readonly context: string
  readonly extension: string
  /** Number that `channel` sees. */
  readonly callerId?: string
  readonly ringMs: number
}

export interface Originated {
  readonly isAnswered: boolean
  /** The channel's name while it lives, to hang it up by. */
  readonly channel: string | undefined
  /** Asterisk's reason when it was not answered: 1 other end hung up, 3 no answer, 5 busy, 8 congestion. */
  readonly reason: number | undefined
}

interface Waiting {
  resolve(outcome: Originated): void
  reject(why: AmiTrouble): void
}

/** They are ordered by people. */
const mostWaiting = 16
/** What Asterisk allows itself beyond the ringing time. */
const graceMs = 5_000

/** Calls that were ordered over AMI, until Asterisk says how they went. */
export class Originations {
  readonly #clock: Clock
  readonly #waiting = new Map<string, Waiting>()
  #ordered = 0
  /** Outcomes that came with the response, or belong to others. */
  readonly #early = new RecentMap<Originated>(64)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Resolves when the channel was answered, or was not. Rejects with `AmiTrouble`. */
  async originate(session: Pick<AmiSession, 'action'>, order: OriginateOrder): Promise<Originated> {
    if (this.#ordered >= mostWaiting)
      throw new AmiTrouble('refused', `${mostWaiting} calls are being placed there already`)
    this.#ordered += 1
    try {
      return await this.#place(session, order)
    } finally {
      this.#ordered -= 1
    }
  }

  take(event: AmiMessage): void {
    if (event.event !== 'OriginateResponse') return
    const id = event.get('ActionID') ?? ''
    const reason = Number(event.get('Reason'))
    const outcome = {
      isAnswered: event.get('Response') === 'Success',
      channel: event.get('Channel') || undefined,
      reason: Number.isInteger(reason) ? reason : undefined,
    }
    const waiting = this.#waiting.get(id)
    if (waiting) waiting.resolve(outcome)
    else this.#early.set(id, outcome)
  }

  failAll(why: AmiTrouble): void {
    for (const { reject } of this.#waiting.values()) reject(why)
  }

  async #place(session: Pick<AmiSession, 'action'>, order: OriginateOrder): Promise<Originated> {
    // Once accepted, the action is spoken of by the ActionID of its response.
    const response = await session.action('Originate', ...fieldsOf(order))
    const id = response.get('ActionID') ?? ''
    const early = this.#early.get(id)
    if (early) return early
    const { promise, resolve, reject } = Promise.withResolvers<Originated>()
    const late = this.#clock.after(order.ringMs + graceMs, () =>
      reject(new AmiTrouble('too-late', 'Asterisk does not say how the call went')),
    )
    this.#waiting.set(id, { resolve, reject })
    try {
      return await promise
    } finally {
      late.cancel()
      this.#waiting.delete(id)
    }
  }
}

function fieldsOf({ channel, context, extension, callerId, ringMs }: OriginateOrder): AmiField[] {
  return [
    ['Channel', channel],
    ['Context', context],
    ['Exten', extension],
    ['Priority', '1'],
    ['Timeout', String(ringMs)],
    ['Async', 'true'],
    ...(callerId === undefined ? [] : [['CallerID', callerId] as const]),
  ]
}
