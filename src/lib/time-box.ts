import type { Clock } from './clock.ts'

export type Boxed<Value> =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'too-late' }
  | { readonly kind: 'failed'; readonly error: unknown }

/** Waits for `ask` at most so long, then aborts its signal and goes on without it, whatever it does later. */
export async function within<Value>(
  mostMs: number,
  clock: Clock,
  ask: (signal: AbortSignal) => Promise<Value>,
): Promise<Boxed<Value>> {
  const abort = new AbortController()
  const late = Promise.withResolvers<Boxed<Value>>()
  const timer = clock.after(mostMs, () => {
    late.resolve({ kind: 'too-late' })
    abort.abort()
  })
  try {
    return await Promise.race([late.promise, outcome(() => ask(abort.signal))])
  } finally {
    timer.cancel()
  }
}

async function outcome<Value>(ask: () => Promise<Value>): Promise<Boxed<Value>> {
  try {
    return { kind: 'value', value: await ask() }
  } catch (error) {
    return { kind: 'failed', error }
  }
}
