import type { TollFraudSection } from '../config/sections/toll-fraud.ts'
import { type Aor, parseAor } from '../domain/aor.ts'
import type { CallClass } from '../domain/call-class.ts'
import { type DialRight, mayReach, rightFor } from '../domain/dial-right.ts'
import type { E164 } from '../domain/phone-number.ts'
import type { Block, BlockList } from './block-list.ts'
import { type Payer, printPayer } from './payer.ts'
import type { Tallies } from './tallies.ts'

export interface DialAccounts {
  /** The one name of a user, whichever of its aliases was asked for. */
  resolve(user: Aor): Aor | undefined
  mayDial(user: Aor): readonly DialRight[] | undefined
}

export interface OutsideNumber {
  readonly number: E164
  readonly callClass: CallClass
}

export interface Prohibition {
  /** What prohibits it: a limit's name, `rights` or `block`. */
  readonly by: string
  /** What the caller's telephone shows. */
  readonly reason: string
  readonly why: string
  readonly block?: Block
}

/** What a payer may not dial for longer than a moment: for want of a right, by a block, at this hour. */
export class DialPermission {
  readonly #section: TollFraudSection
  readonly #accounts: DialAccounts
  readonly #tallies: Tallies
  readonly #blocks: BlockList

  constructor(section: TollFraudSection, accounts: DialAccounts, tallies: Tallies, blocks: BlockList) {
    this.#section = section
    this.#accounts = accounts
    this.#tallies = tallies
    this.#blocks = blocks
  }

  /** Undefined when nothing stands in the way. */
  prohibition(payer: Payer, { number, callClass }: OutsideNumber, at: number): Prohibition | undefined {
    const who = printPayer(payer)
    if (!this.#hasRight(payer, callClass)) {
      const why = `${who} has no right to call ${callClass} numbers ("${rightFor(callClass)}")`
      return { by: 'rights', reason: 'Not Permitted', why }
    }
    const { rules } = this.#tallies
    const block = this.#section.enabled ? this.#blocks.find(payer, number, callClass, rules) : undefined
    if (block) {
      return { by: 'block', reason: 'Blocked', why: `${who} is blocked until released: ${block.why}`, block }
    }
    const covering = this.#tallies.rulesFor(payer, number, callClass, at)
    const name = covering.find(({ limit }) => limit.forbidden)?.limit.name
    return name === undefined
      ? undefined
      : { by: name, reason: 'Not Permitted', why: `limit ${name} forbids it now` }
  }

  #hasRight(payer: Payer, callClass: CallClass): boolean {
    if (payer.kind === 'pbx') return this.#section.pbx.includes(callClass)
    if (payer.kind === 'peer') return this.#section.peers.includes(callClass)
    const user = parseAor(payer.name)
    return mayReach(callClass, (user && this.#accounts.mayDial(user)) ?? [])
  }
}
