import type { Binding } from '../domain/binding.ts'

/** What one registration changes; all of it or nothing. A binding put replaces the one with the same `bindingKey`. */
export interface BindingChanges {
  readonly put: readonly Binding[]
  readonly remove: readonly Binding[]
}

/** Where bindings outlive the process. */
export interface BindingStore {
  /** All bindings that have not expired at `now` (milliseconds since the Unix epoch); forgets the others. */
  load(now: number): Promise<Binding[]>
  /** Resolves when the changes are durable; then only may a 200 go out. */
  save(changes: BindingChanges): Promise<void>
}
