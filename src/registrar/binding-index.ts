import type { AorText } from '../domain/aor.ts'
import { type Binding, bindingKey } from '../domain/binding.ts'
import type { SipSource } from '../domain/sip.ts'
import type { BindingChanges } from './binding-store.ts'
import { ExpiryBuckets } from './expiry-buckets.ts'

const none: ReadonlySet<Binding> = new Set()

/** Bindings in memory, by AoR and by the address they registered from. */
export class BindingIndex {
  readonly #byAor = new Map<AorText, readonly Binding[]>()
  readonly #bySource = new Map<string, Set<Binding>>()
  readonly #expiry = new ExpiryBuckets<Binding>()
  #size = 0

  get size(): number {
    return this.#size
  }

  aors(): Iterable<AorText> {
    return this.#byAor.keys()
  }

  *all(): Iterable<Binding> {
    for (const bindings of this.#byAor.values()) yield* bindings
  }

  /** Most preferred first, of equals the latest first; may contain expired ones. */
  of(aor: AorText): readonly Binding[] {
    return this.#byAor.get(aor) ?? []
  }

  has(binding: Binding): boolean {
    const key = bindingKey(binding)
    return this.of(binding.aor).some((other) => bindingKey(other) === key)
  }

  /** May contain expired ones. */
  from(source: SipSource): ReadonlySet<Binding> {
    return this.#bySource.get(sourceKey(source)) ?? none
  }

  /** Applies changes of one AoR. Returns whether its flows are others than before, and not only refreshed. */
  apply(aor: AorText, { put, remove }: BindingChanges): boolean {
    const before = this.of(aor)
    const latest = new Map(put.map((binding) => [bindingKey(binding), binding]))
    const gone = new Set([...remove.map(bindingKey), ...latest.keys()])
    const kept = before.filter((binding) => !gone.has(bindingKey(binding)))
    for (const binding of before) if (gone.has(bindingKey(binding))) this.#drop(binding)
    for (const binding of latest.values()) this.#add(binding)
    this.#replace(aor, [...kept, ...latest.values()].sort(byPreference))
    const keysBefore = new Set(before.map(bindingKey))
    const after = this.of(aor)
    return after.length !== before.length || after.some((binding) => !keysBefore.has(bindingKey(binding)))
  }

  /** Takes out what has expired; returns it by AoR. */
  takeExpired(now: number): Map<AorText, Binding[]> {
    const taken = new Map<AorText, Binding[]>()
    for (const binding of this.#expiry.take(now)) {
      const gone = taken.get(binding.aor)
      if (gone) gone.push(binding)
      else taken.set(binding.aor, [binding])
    }
    for (const [aor, gone] of taken) {
      for (const binding of gone) this.#drop(binding)
      this.#replace(
        aor,
        this.of(aor).filter((binding) => !gone.includes(binding)),
      )
    }
    return taken
  }

  #replace(aor: AorText, bindings: readonly Binding[]): void {
    if (bindings.length === 0) this.#byAor.delete(aor)
    else this.#byAor.set(aor, bindings)
  }

  #add(binding: Binding): void {
    const key = sourceKey(binding.source)
    const others = this.#bySource.get(key)
    if (others) others.add(binding)
    else this.#bySource.set(key, new Set([binding]))
    this.#expiry.add(binding)
    this.#size++
  }

  #drop(binding: Binding): void {
    const key = sourceKey(binding.source)
    const others = this.#bySource.get(key)
    if (others?.delete(binding) && others.size === 0) this.#bySource.delete(key)
    this.#expiry.remove(binding)
    this.#size--
  }
}

function byPreference(a: Binding, b: Binding): number {
  return b.q - a.q || b.registeredAt - a.registeredAt
}

function sourceKey({ transport, address, port }: SipSource): string {
  return `${transport} ${address} ${port}`
}
