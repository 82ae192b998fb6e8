/** Bounds a wait: rejects with what was waited for when `ms` have passed. */
export function within<Value>(ms: number, what: string, work: Promise<Value>): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`waited ${ms} ms in vain for ${what}`)), ms)
  return Promise.race([work, promise]).finally(() => clearTimeout(timer))
}

/** Asks again and again until the answer is neither undefined nor false; for programs that tell nobody when they are ready. */
export async function eventually<Value>(
  ms: number,
  what: string,
  ask: () => Promise<Value | undefined | false> | Value | undefined | false,
  everyMs = 25,
): Promise<Value> {
  const deadline = Date.now() + ms
  for (;;) {
    const value = await ask()
    if (value !== undefined && value !== false) return value
    if (Date.now() > deadline) throw new Error(`waited ${ms} ms in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}
