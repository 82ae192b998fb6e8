import type { LookUp } from './look-up-figures.ts'
import type { SeededRandom } from './seeded-random.ts'
import type { SimulatedTown, User } from './simulated-town.ts'
import { lookUpWatched } from './watched-look-up.ts'

/** How long after a look-up its asker may take to hear the answer. */
const longestLookUp = 5_000
const againAfter = 1_000
/** No phone has registered at a box that is younger. */
const youngestAsker = 2_000

export interface CallersFigures {
  /** By boxes that had not asked for that user before. */
  readonly cold: readonly LookUp[]
  /** The same boxes for the same users, a second later. */
  readonly again: readonly LookUp[]
}

/** Calls from all over the town: boxes look up users of other boxes. */
export class Callers {
  readonly #town: SimulatedTown
  readonly #random: SeededRandom
  readonly #asked = new Set<string>()

  constructor(town: SimulatedTown, random: SeededRandom) {
    this.#town = town
    this.#random = random
  }

  /** Lets so many seconds pass, and a little more for the last answers, with look-ups of random users spread over them. */
  async callDuring(seconds: number, count: number): Promise<CallersFigures> {
    const cold: LookUp[] = []
    const again: LookUp[] = []
    for (let call = 0; call < count; call++)
      this.#town.time.after(this.#random.fraction() * seconds * 1_000, () =>
        this.#callTwice(this.#random.pick(this.#town.users), cold, again),
      )
    await this.#town.time.advance(seconds * 1_000 + againAfter + longestLookUp)
    return { cold, again }
  }

  /** Every one of these users is looked up once, from anywhere, within so many seconds. */
  async callAll(users: readonly User[], seconds: number): Promise<readonly LookUp[]> {
    const lookUps: LookUp[] = []
    for (const user of users)
      this.#town.time.after(this.#random.fraction() * seconds * 1_000, () => this.#call(user, lookUps))
    await this.#town.time.advance(seconds * 1_000)
    await this.#town.time.until(() => lookUps.length === users.length, longestLookUp)
    return lookUps
  }

  #call(user: User, lookUps: LookUp[]): void {
    const asker = this.#askerFor(user)
    if (asker) void lookUpWatched(this.#town, asker, user).then((lookUp) => lookUps.push(lookUp))
  }

  #callTwice(user: User, cold: LookUp[], again: LookUp[]): void {
    const asker = this.#askerFor(user)
    if (!asker) return
    void lookUpWatched(this.#town, asker, user).then((lookUp) => {
      cold.push(lookUp)
      this.#town.time.after(againAfter, () => {
        if (asker.isUp) void lookUpWatched(this.#town, asker, user).then((second) => again.push(second))
      })
    })
  }

  /** A box that is up and has not asked for that user before; undefined when all have. */
  #askerFor({ aor, home }: User) {
    const fresh = this.#town.boxesUp.filter(
      (box) =>
        box !== home && box.upForMilliseconds >= youngestAsker && !this.#asked.has(`${box.peer} ${aor}`),
    )
    if (fresh.length === 0) return undefined
    const asker = this.#random.pick(fresh)
    this.#asked.add(`${asker.peer} ${aor}`)
    return asker
  }
}
