import type { SipResponseView } from '../domain/sip.ts'
import type { Clock } from '../lib/clock.ts'

/** A request that never takes longer than `mostMs`: its response, or in words why there is none. */
export async function bounded(
  mostMs: number,
  clock: Clock,
  send: (signal: AbortSignal) => Promise<SipResponseView>,
): Promise<SipResponseView | string> {
  const abort = new AbortController()
  const { promise: late, resolve } = Promise.withResolvers<string>()
  const timer = clock.after(mostMs, () => {
    resolve(`no answer in ${mostMs} ms`)
    abort.abort()
  })
  try {
    return await Promise.race([late, send(abort.signal)])
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    timer.cancel()
  }
}
