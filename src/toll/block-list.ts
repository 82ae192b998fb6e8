import type { CallClass } from '../domain/call-class.ts'
import type { E164 } from '../domain/phone-number.ts'
import { type Payer, printPayer } from './payer.ts'
import type { TollRule } from './toll-rule.ts'

/** Somebody who crossed a limit and may not call outside until somebody releases him. */
export interface Block {
  readonly payer: Payer
  /** Milliseconds since the Unix epoch. */
  readonly since: number
  /** Name of the limit. */
  readonly limit: string
  /** `such`: only calls that the limit is for. */
  readonly scope: 'all' | 'such'
  readonly why: string
}

export interface Release {
  /** `user 201@site-a.example` */
  readonly payer: string
  readonly limit: string
  readonly at: number
  readonly by: string
}

export interface KeptBlocks {
  readonly blocks: readonly Block[]
  readonly releases: readonly Release[]
}

const maxReleases = 50

/** Who is blocked, and who was released by whom. */
export class BlockList {
  /** By payer and limit: one for each limit that he has crossed. */
  readonly #blocks = new Map<string, Block>()
  #releases: readonly Release[] = []
  /** Calls that each block has held back since the start. */
  readonly #heldBack = new Map<string, number>()

  get all(): readonly Block[] {
    return [...this.#blocks.values()]
  }

  get kept(): KeptBlocks {
    return { blocks: this.all, releases: this.#releases }
  }

  get releases(): readonly Release[] {
    return this.#releases
  }

  add(block: Block): void {
    this.#blocks.set(keyOf(block), block)
  }

  /** The block that holds this call back. A limit that the config no longer has holds back every call. */
  find(payer: Payer, number: E164, callClass: CallClass, rules: readonly TollRule[]): Block | undefined {
    for (const block of this.#blocks.values()) {
      if (block.payer.kind !== payer.kind || block.payer.name !== payer.name) continue
      const rule = rules.find(({ limit }) => limit.name === block.limit)
      if (block.scope === 'all' || !rule || rule.isFor(number, callClass)) return block
    }
    return undefined
  }

  /** The block has held back a call. */
  countOn(block: Block): void {
    this.#heldBack.set(keyOf(block), this.heldBackBy(block) + 1)
  }

  heldBackBy(block: Block): number {
    return this.#heldBack.get(keyOf(block)) ?? 0
  }

  /** Lifts all blocks of a payer; false when there was none. */
  release(payer: Payer, by: string, at: number): boolean {
    const lifted = this.all.filter((block) => printPayer(block.payer) === printPayer(payer))
    for (const key of lifted.map(keyOf)) {
      this.#blocks.delete(key)
      this.#heldBack.delete(key)
    }
    const noted = lifted.map(({ limit }) => ({ payer: printPayer(payer), limit, at, by }))
    this.#releases = [...this.#releases, ...noted].slice(-maxReleases)
    return lifted.length > 0
  }

  restore({ blocks, releases }: KeptBlocks): void {
    for (const block of blocks) this.add(block)
    this.#releases = releases
  }
}

function keyOf({ payer, limit }: Block): string {
  return `${printPayer(payer)} ${limit}`
}
