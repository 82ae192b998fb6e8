import type { Part } from '../../../src/lib/part.ts'
import type { SipPhone } from '../../support/sip-phone.ts'
import { eventually } from '../../support/within.ts'
import type { Office } from './office.ts'

export interface CallStreamOptions {
  readonly perSecond: number
  /** Extensions: who calls, and who has a phone that answers. */
  readonly from: string
  readonly to: string
  readonly office: Office
}

export interface FailedCall {
  /** Milliseconds since the Unix epoch. */
  readonly begunAt: number
  readonly why: string
}

const mostKept = 5_000

/** Short calls, one after the other begun at a steady pace, whatever becomes of them; what became of them is kept. */
export class CallStream implements Part {
  readonly name = 'stream of calls'
  readonly #options: CallStreamOptions
  readonly #answeredAt: number[] = []
  readonly #failed: FailedCall[] = []
  #phone: SipPhone | undefined
  #timer: NodeJS.Timeout | undefined
  readonly #underWay = new Set<Promise<void>>()

  constructor(options: CallStreamOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const { office, from, perSecond } = this.#options
    this.#phone ??= await office.phone(from)
    this.#timer = setInterval(() => this.#begin(), 1_000 / perSecond)
  }

  /** Begins no more calls, and waits for those under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all(this.#underWay)
  }

  /** Calls begun from then on that were not answered. */
  failedSince(at: number): readonly FailedCall[] {
    return this.#failed.filter(({ begunAt }) => begunAt >= at)
  }

  /** Resolves when so many calls have been answered since the start. */
  async succeeds(count: number, withinMs: number): Promise<void> {
    await eventually(withinMs, `${count} calls to be answered`, () => this.#answeredAt.length >= count, 50)
  }

  /** When the first call was answered from then on. Milliseconds since the Unix epoch. */
  async firstSuccessAfter(at: number, withinMs: number): Promise<number> {
    return await eventually(
      withinMs,
      'a call to be answered after the verdict',
      () => this.#answeredAt.find((answeredAt) => answeredAt >= at),
      50,
    )
  }

  #begin(): void {
    const phone = this.#phone
    if (!phone || this.#answeredAt.length + this.#failed.length >= mostKept) return
    const begunAt = Date.now()
    const work = this.#call(phone).catch((error: Error) => {
      this.#failed.push({ begunAt, why: error.message })
    })
    this.#underWay.add(work)
    void work.finally(() => this.#underWay.delete(work))
  }

  async #call(phone: SipPhone): Promise<void> {
    const call = await phone.call(this.#options.to)
    await call.answered()
    this.#answeredAt.push(Date.now())
    await call.hangUp()
  }
}
