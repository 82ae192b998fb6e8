import type { SipDialog } from '../../domain/sip.ts'
import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { sideBySide } from '../../lib/side-by-side.ts'

interface Kept {
  readonly pbx: string
  readonly dialog: SipDialog
  readonly timer: Timer
}

const mostKept = 2_000
const keptMs = 60 * 60_000
const byesAtOnce = 20
const headers = { Reason: 'Q.850 ;cause=16 ;text="the call went on without the PBX"' }

/**
 * Legs to a PBX that was gone, whose far ends have gone on without it. It gets their BYE when it can hear it: one that was
 * frozen would else believe in calls that nobody is in. Until then it is told 481, whatever it wants.
 */
export class KeptLegs {
  readonly #kept = new Set<Kept>()
  readonly #clock: Clock
  readonly #log: Log

  constructor(clock: Clock, log: Log) {
    this.#clock = clock
    this.#log = log
  }

  get count(): number {
    return this.#kept.size
  }

  keep(pbx: string, dialog: SipDialog): void {
    const kept: Kept = {
      pbx,
      dialog,
      timer: this.#clock.after(keptMs, () => void this.#hangUp(kept)),
    }
    this.#kept.add(kept)
    dialog.onEnd(() => this.#forget(kept))
    dialog.onOffer((request) => void this.#refuse(kept, request))
    dialog.onRequest((request) => void this.#refuse(kept, request))
    const [oldest] = this.#kept
    if (this.#kept.size > mostKept && oldest) void this.#hangUp(oldest)
  }

  /** The PBX hears again. Resolves when all its legs are hung up, or cannot be. */
  pbxIsBack(pbx: string): Promise<void> {
    return this.#hangUpAll([...this.#kept].filter((kept) => kept.pbx === pbx))
  }

  /** Hangs up what is left. */
  stop(): Promise<void> {
    return this.#hangUpAll([...this.#kept])
  }

  #hangUpAll(legs: readonly Kept[]): Promise<void> {
    return sideBySide(byesAtOnce, legs, (kept) => this.#hangUp(kept))
  }

  /** A PBX that asks has come back: this leg is over for it too. */
  async #refuse(
    kept: Kept,
    request: { readonly method: string; respond(status: number): Promise<void> },
  ): Promise<void> {
    try {
      await request.respond(481)
    } catch (error) {
      this.#log.debug({ method: request.method, error: String(error) }, 'refusal came too late')
    }
    await this.#hangUp(kept)
  }

  async #hangUp(kept: Kept): Promise<void> {
    if (!this.#forget(kept)) return
    try {
      await kept.dialog.hangUp(headers)
    } catch (error) {
      this.#log.debug({ dialog: kept.dialog.id, error: String(error) }, 'BYE could not be sent')
    }
  }

  #forget(kept: Kept): boolean {
    kept.timer.cancel()
    return this.#kept.delete(kept)
  }
}
