import { type Binding, bindingKey } from '../../src/domain/binding.ts'
import type { BindingChanges, BindingStore } from '../../src/registrar/binding-store.ts'

/** Bindings in memory; `hold` makes writes wait, `failWith` makes them fail. */
export class MemoryBindingStore implements BindingStore {
  failWith: Error | undefined
  hold: Promise<void> | undefined
  readonly #bindings = new Map<string, Binding>()

  async load(now: number): Promise<Binding[]> {
    for (const [key, binding] of this.#bindings) if (binding.expiresAt <= now) this.#bindings.delete(key)
    return [...this.#bindings.values()]
  }

  async save({ put, remove }: BindingChanges): Promise<void> {
    await this.hold
    if (this.failWith) throw this.failWith
    for (const binding of remove) this.#bindings.delete(keyOf(binding))
    for (const binding of put) this.#bindings.set(keyOf(binding), binding)
  }
}

function keyOf(binding: Binding): string {
  return `${binding.aor} ${bindingKey(binding)}`
}
