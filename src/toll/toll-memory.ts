import type { Clock, Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { KeptBlocks } from './block-list.ts'
import type { Spender } from './day-sheet.ts'
import type { KeptTallies } from './tallies.ts'

/** Small values that outlive the process. */
export interface TollStore {
  get(key: string): Promise<Uint8Array | undefined>
  set(key: string, value: Uint8Array): Promise<void>
}

export interface KeptDay {
  readonly tallies: KeptTallies
  readonly spenders: readonly Spender[]
}

const blocksKey = 'toll-blocks'
const dayKey = 'toll-day'
const dayAfterMs = 10_000

/** Keeps blocks and the totals of the day over a restart: blocks at once, totals soon. */
export class TollMemory {
  readonly #store: TollStore
  readonly #clock: Clock
  readonly #log: Log
  #timer: Timer | undefined
  #day: (() => KeptDay) | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(store: TollStore, clock: Clock, log: Log) {
    this.#store = store
    this.#clock = clock
    this.#log = log
  }

  async read(): Promise<{ blocks: KeptBlocks | undefined; day: KeptDay | undefined }> {
    const [blocks, day] = await Promise.all([this.#store.get(blocksKey), this.#store.get(dayKey)])
    return { blocks: blocks && decoded<KeptBlocks>(blocks), day: day && decoded<KeptDay>(day) }
  }

  keepBlocks(blocks: KeptBlocks): void {
    this.#write(blocksKey, blocks)
  }

  /** Something was counted: what `day` then says is written within some seconds. */
  dayChanged(day: () => KeptDay): void {
    this.#day = day
    this.#timer ??= this.#clock.after(dayAfterMs, () => this.#keepDay())
  }

  /** Resolves when all is written. */
  async stop(): Promise<void> {
    this.#keepDay()
    await this.#writing
  }

  #keepDay(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    const day = this.#day?.()
    this.#day = undefined
    if (day) this.#write(dayKey, day)
  }

  /** One after the other, so that what is newest is written last. */
  #write(key: string, value: unknown): void {
    const bytes = new TextEncoder().encode(JSON.stringify(value))
    this.#writing = this.#writing.then(() =>
      this.#store.set(key, bytes).catch((error: unknown) => {
        this.#log.error({ key, error: String(error) }, 'toll limits not kept')
      }),
    )
  }
}

/** Nobody but this class writes there. */
function decoded<Kept>(bytes: Uint8Array): Kept {
  return JSON.parse(new TextDecoder().decode(bytes)) as Kept
}
