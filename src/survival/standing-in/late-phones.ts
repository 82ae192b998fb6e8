import type { AorText } from '../../domain/aor.ts'
import { type Binding, bindingKey } from '../../domain/binding.ts'
import { RecentMap } from '../../lib/recent-map.ts'

const mostUsers = 20_000
const mostOfOneUser = 10
/** Longer than a verdict takes, and than a power cut that the box shares with its PBX. */
export const lateForMs = 15 * 60_000

/**
 * Phones whose registrations ran out a short while ago, and were not taken back: perhaps the refresh was lost on a PBX
 * that had just died.
 */
export class LatePhones {
  readonly #byUser = new RecentMap<readonly Binding[]>(mostUsers)

  note(expired: Binding): void {
    const key = bindingKey(expired)
    const others = this.of(expired.aor, expired.expiresAt).filter((other) => bindingKey(other) !== key)
    this.#byUser.set(expired.aor, [...others, expired].slice(-mostOfOneUser))
  }

  of(user: AorText, now: number): readonly Binding[] {
    return (this.#byUser.get(user) ?? []).filter(({ expiresAt }) => expiresAt > now - lateForMs)
  }

  *all(now: number): Iterable<Binding> {
    for (const [, bindings] of this.#byUser.entries())
      for (const binding of bindings) if (binding.expiresAt > now - lateForMs) yield binding
  }
}
