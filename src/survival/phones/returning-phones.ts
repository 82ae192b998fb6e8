import type { AorText } from '../../domain/aor.ts'
import type { Binding } from '../../domain/binding.ts'

/** `to-lead`: the box will register his phones; `own`: they must speak for themselves. */
type Awaited = 'to-lead' | 'own'

export interface ReturnCounts {
  /** Users whom the box led home, and users whose phones did it themselves. */
  readonly led: number
  readonly came: number
  /** Users who are still awaited. */
  readonly away: number
}

const mostTries = 3

/** The users of one PBX whose phones it may not know since it has come back. */
export class ReturningPhones {
  /** Milliseconds since the Unix epoch. */
  readonly since: number
  readonly #away = new Map<AorText, Awaited>()
  readonly #line: AorText[] = []
  readonly #tries = new Map<AorText, number>()
  #led = 0
  #came = 0
  #hasEnded = false

  constructor(since: number) {
    this.since = since
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  get counts(): ReturnCounts {
    return { led: this.#led, came: this.#came, away: this.#away.size }
  }

  /** How many are in the line to be led. */
  get waiting(): number {
    return this.#line.length
  }

  has(user: AorText): boolean {
    return this.#away.has(user)
  }

  isToBeLed(user: AorText): boolean {
    return this.#away.get(user) === 'to-lead'
  }

  add(user: AorText, canBeLed: boolean): void {
    if (canBeLed && !this.isToBeLed(user)) this.#line.push(user)
    this.#away.set(user, canBeLed ? 'to-lead' : 'own')
  }

  /** Whose turn it is to be led; he leaves the line. */
  next(): AorText | undefined {
    while (this.#line.length > 0) {
      const user = this.#line.shift()
      if (user !== undefined && this.isToBeLed(user)) return user
    }
    return undefined
  }

  isLedHome(user: AorText): void {
    if (this.#away.delete(user)) this.#led++
  }

  mustComeHimself(user: AorText): void {
    if (this.#away.has(user)) this.#away.set(user, 'own')
  }

  /** It did not work this time; after some tries he must come himself. */
  failed(user: AorText): void {
    const tries = (this.#tries.get(user) ?? 0) + 1
    this.#tries.set(user, tries)
    if (tries >= mostTries) this.mustComeHimself(user)
    else this.waitsOn(user)
  }

  /** He is led in another turn. */
  waitsOn(user: AorText): void {
    if (this.isToBeLed(user)) this.#line.push(user)
  }

  /** The PBX has accepted a phone of his; he is home when it knows all of them. */
  cameHome(user: AorText, phones: readonly Binding[]): void {
    const isHome = phones.every(({ origin, registeredAt }) => origin === 'pbx' && registeredAt >= this.since)
    if (isHome && this.#away.delete(user)) this.#came++
  }

  /** Who has no phone any more is not awaited. */
  forgetUnless(hasPhone: (user: AorText) => boolean): void {
    for (const user of this.#away.keys()) if (!hasPhone(user)) this.#away.delete(user)
  }

  end(): void {
    this.#hasEnded = true
  }
}
